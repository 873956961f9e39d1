-- +goose Up
-- app_install_change is the history of how many devices an app is installed on, failed on and so on, as Intune's report counts them.
CREATE TABLE app_install_change (
    tenant_id uuid        NOT NULL,
    app_id    text        NOT NULL COLLATE "C",
    at        timestamptz NOT NULL,
    run       bigint      NOT NULL,
    field     text        NOT NULL COLLATE "C",
    old       text        NOT NULL,
    new       text        NOT NULL,
    PRIMARY KEY (tenant_id, app_id, run, field)
);
CREATE INDEX app_install_change_at ON app_install_change (tenant_id, at);
SELECT isolate('app_install_change');

-- Apps that left the report stay, so that what is kept of them has an end and may go on.
ALTER TABLE app_install ADD COLUMN gone_at timestamptz;

-- What the counts of the apps already there were before now, nobody kept; of those that come later all is kept.
ALTER TABLE app_install ADD COLUMN kept_from timestamptz DEFAULT now();
ALTER TABLE app_install ALTER COLUMN kept_from DROP DEFAULT;
