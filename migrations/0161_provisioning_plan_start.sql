-- +goose Up
-- What a plan says of the access to the application at each customer, as far as it is no secret, and which step its state is about.
ALTER TABLE provisioning_plan_line
    ADD COLUMN settings jsonb NOT NULL DEFAULT '{}',              -- by name of the credential: {"BaseAddress": "https://…"}
    ADD COLUMN step     text  NOT NULL DEFAULT 'job' COLLATE "C"; -- job: the application and its job; start
ALTER TABLE provisioning_setup ADD COLUMN settings jsonb NOT NULL DEFAULT '{}'; -- what the plan said, for whoever enters the secrets
