-- +goose Up
-- consent_grant_change is what readings saw change of what a customer granted to the app, a change of standing as one row, so that it can be
-- listed beside the other histories. What the first reading of a kind of permissions found is no change.
CREATE TABLE consent_grant_change (
    tenant_id uuid        NOT NULL REFERENCES tenant,
    kind      text        NOT NULL COLLATE "C",
    resource  text        NOT NULL COLLATE "C",
    name      text        NOT NULL COLLATE "C",
    at        timestamptz NOT NULL, -- of the reading
    old       text        NOT NULL, -- a standing; empty: it was not there
    new       text        NOT NULL,
    PRIMARY KEY (tenant_id, kind, resource, name, at)
);
SELECT isolate('consent_grant_change');
CREATE INDEX consent_grant_change_all ON consent_grant_change (at, tenant_id, name, resource, kind);

-- How far whole readings reach over all customers, and on which days there was one, is looked up by their time.
CREATE INDEX consent_reading_whole ON consent_reading (at, tenant_id) WHERE application_read AND delegated_read;

-- Somebody got a role with an assignment that a reading found new: that is in the history from now on, with nothing before it.
CREATE INDEX directory_role_change_all ON directory_role_change (at, tenant_id, assignment_id, field, run) WHERE field = 'gone';

SELECT set_config('app.scope', 'all', true); -- the owner is bound by row-level security, too, unless it is a superuser
INSERT INTO consent_grant_change (tenant_id, kind, resource, name, at, old, new)
SELECT m.tenant_id, m.kind, m.resource, m.name, m.at, COALESCE(max(m.old), ''), COALESCE(max(m.new), '')
FROM  (SELECT tenant_id, kind, resource, name, first_seen AS at, NULL AS old, standing AS new FROM consent_grant WHERE gone_at IS DISTINCT FROM first_seen
       UNION  ALL
       SELECT tenant_id, kind, resource, name, gone_at, standing, NULL FROM consent_grant WHERE gone_at > first_seen) m
JOIN  (SELECT tenant_id, min(at) FILTER (WHERE application_read) AS application, min(at) FILTER (WHERE delegated_read) AS delegated
       FROM   consent_reading
       WHERE  state <> ''
       GROUP  BY tenant_id) f ON f.tenant_id = m.tenant_id AND m.at > CASE m.kind WHEN 'application' THEN f.application ELSE f.delegated END
GROUP  BY m.tenant_id, m.kind, m.resource, m.name, m.at
HAVING max(m.old) IS DISTINCT FROM max(m.new);

INSERT INTO directory_role_change (tenant_id, assignment_id, at, run, field, old, new)
SELECT a.tenant_id, a.id, a.first_seen_at, 0, 'gone', '', 'false'
FROM   directory_role_assignment a
WHERE  a.first_seen_at > (SELECT min(f.first_seen_at) FROM directory_role_assignment f WHERE f.tenant_id = a.tenant_id);
