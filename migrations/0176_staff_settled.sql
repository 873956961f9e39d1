-- +goose Up
-- settled_at is since when a member of the staff is what they are: whom somebody has just made staff, or given a role, a reach or access again,
-- is nobody's second person yet.
ALTER TABLE staff ADD COLUMN settled_at timestamptz;
UPDATE staff SET settled_at = created_at;
ALTER TABLE staff ALTER COLUMN settled_at SET DEFAULT now(), ALTER COLUMN settled_at SET NOT NULL;
-- +goose StatementBegin
CREATE FUNCTION staff_settles() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.role <> OLD.role OR NEW.reach <> OLD.reach OR NEW.group_id IS DISTINCT FROM OLD.group_id OR OLD.disabled AND NOT NEW.disabled OR NEW.upn <> OLD.upn
       OR OLD.object_id IS NOT NULL AND NEW.object_id IS DISTINCT FROM OLD.object_id THEN
        NEW.settled_at := now();
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER staff_settles BEFORE UPDATE ON staff FOR EACH ROW EXECUTE FUNCTION staff_settles();
