-- +goose Up
-- Apps and installations of all customers, by any of these, were sorted anew for each page: 150,000 apps for 350 to 500 ms, as many
-- installations for 90 ms.
--
-- What that costs: 50 MB and 30 MB for these, and a row that is written again takes twice as long, 45 µs of an app and 17 µs of an installation.
CREATE INDEX app_publisher         ON app         (publisher_key, name_key, tenant_id, id) WHERE gone_at IS NULL;
CREATE INDEX app_type              ON app         (type, name_key, tenant_id, id)          WHERE gone_at IS NULL;
CREATE INDEX app_modified          ON app         (modified_at, tenant_id, id)             WHERE gone_at IS NULL;
CREATE INDEX app_assignments       ON app         (assignments, name_key, tenant_id, id)   WHERE gone_at IS NULL;
CREATE INDEX app_install_installed ON app_install (installed, name_key, tenant_id, id);
CREATE INDEX app_install_pending   ON app_install (pending, name_key, tenant_id, id);
