-- +goose Up
-- What changed of every kind of thing, the newest first, follows an index of each history by time: those there are begin with a tenant.
CREATE INDEX device_protection_change_all ON device_protection_change (at, tenant_id, device_id, field, run);
CREATE INDEX device_category_change_all   ON device_category_change   (at, tenant_id, category_id, field, run);
CREATE INDEX malware_change_all           ON malware_change           (at, tenant_id, malware_id, field, run);
CREATE INDEX autopilot_change_all         ON autopilot_change         (at, tenant_id, identity_id, field, run);
CREATE INDEX app_change_all               ON app_change               (at, tenant_id, app_id, field, run);
CREATE INDEX app_install_change_all       ON app_install_change       (at, tenant_id, app_id, field, run);
CREATE INDEX detected_app_change_all      ON detected_app_change      (at, tenant_id, app_key, platform, version COLLATE "C");
CREATE INDEX intune_role_change_all       ON intune_role_change       (at, tenant_id, role_id, field, run, seq);
CREATE INDEX provisioning_job_change_all  ON provisioning_job_change  (at, tenant_id, job_id, sp_id, field, run);
CREATE INDEX service_change_all           ON service_change           (at, tenant_id, item_id, kind, field, run);
CREATE INDEX incident_change_all          ON incident_change          (at, tenant_id, incident_id, field, run);
CREATE INDEX guest_change_all             ON guest_change             (at, tenant_id, guest_id, field, run);
CREATE INDEX gdap_change_all              ON gdap_change              (at, tenant_id, relationship_id, field, run);
CREATE INDEX licence_change_all           ON licence_change           (at, tenant_id, licence_id, field, run);

-- The first version of a policy that was read is no change: a customer's first reading has one of each policy.
ALTER TABLE policy_version ADD COLUMN first boolean NOT NULL DEFAULT false;
UPDATE policy_version v
SET    first = true
WHERE  NOT EXISTS (SELECT FROM policy_version w WHERE w.tenant_id = v.tenant_id AND w.kind = v.kind AND w.policy_id = v.policy_id AND w.run < v.run);
CREATE INDEX policy_version_changes ON policy_version (at, tenant_id, policy_id, kind, run) WHERE NOT first;
