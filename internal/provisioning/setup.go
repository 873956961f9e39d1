package provisioning

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Setup is an application whose provisioning is being set up. What of it Microsoft tells is read there each time.
type Setup struct {
	Tenant     tenant.ID
	SPID       string
	Name       string
	Template   string // id in the gallery
	MadeAt     time.Time
	MadeBy     string
	Settings   map[string]string // of the access, as a plan says; no secrets
	SavedAt    time.Time         // when credentials went to Microsoft; zero: not by the portal
	SavedBy    string
	FinishedAt time.Time // when the job was started; zero: not by the portal
}

// SetupStep is one of the steps of a set-up.
type SetupStep int

// The steps, in order.
const (
	Appearing SetupStep = iota // the directory does not find the new application yet
	NeedsJob
	NeedsAccess
	NeedsStart
	Watching
)

// StepNames are the steps as people read them.
var StepNames = []string{"Application", "Job", "Access", "Start", "Watch"}

// InStep has a failure say at which step it happened.
func InStep(step SetupStep, err error) error {
	return preceded(fmt.Sprintf("Step %d of %d, %s: ", step+1, len(StepNames), strings.ToLower(StepNames[step])), err)
}

// State is how far a set-up is, as Microsoft tells it now.
type State struct {
	Setup     Setup
	Found     bool // the service principal
	Templates []SyncTemplate
	Job       *Job
}

// SyncTemplate is what a job can be made from. Fields are the names of credentials that the target needs, where the template says so.
type SyncTemplate struct {
	ID, Description string
	Default         bool
	Fields          []string
}

// appears is how long a new application may not be found before it counts as deleted: Microsoft speaks of seconds to minutes.
const appears = 10 * time.Minute

// Gone tells that the application was deleted meanwhile. One whose credentials are there was found before.
func (s State) Gone(now time.Time) bool {
	return !s.Found && (now.Sub(s.Setup.MadeAt) > appears || !s.Setup.SavedAt.IsZero() || !s.Setup.FinishedAt.IsZero())
}

// Step is the step that is next.
func (s State) Step() SetupStep {
	switch {
	case !s.Found:
		return Appearing
	case s.Job == nil:
		return NeedsJob
	case s.Job.Code != "NotConfigured" && s.Job.Code != "NotRun":
		return Watching
	case s.Setup.SavedAt.IsZero():
		return NeedsAccess
	}
	return NeedsStart
}

// Fields are the credentials that the job's target needs; nil: its template does not say.
func (s State) Fields() []string {
	for _, t := range s.Templates {
		if s.Job != nil && t.ID == s.Job.Template || s.Job == nil && t.Default {
			return t.Fields
		}
	}
	return nil
}

// Look reads how far a set-up is. A new application is not found for a while, and its parts neither.
func (a *Acts) Look(ctx context.Context, s Setup) (st State, err error) {
	st.Setup = s
	if _, st.Found, err = a.principal(ctx, s.Tenant, s.SPID); err != nil || !st.Found {
		return st, err
	}
	missing := func(err error) bool { kind, _ := graph.KindOf(err); return kind == graph.NotFound }
	for w, err := range graph.List[graph.SynchronizationTemplate](ctx, a.Graph, s.Tenant, principalPath(s.SPID)+"/synchronization/templates", graph.Query{}) {
		if missing(err) {
			st.Found = false
			return st, nil
		}
		if err != nil {
			return st, refusal(err, "")
		}
		st.Templates = append(st.Templates, fromSyncTemplate(w))
	}
	for w, err := range graph.List[graph.SynchronizationJob](ctx, a.Graph, s.Tenant, principalPath(s.SPID)+"/synchronization/jobs", graph.Query{}) {
		if err != nil && !missing(err) {
			return st, refusal(err, "")
		}
		if err == nil && w.ID != "" && st.Job == nil {
			j := s.job(w)
			st.Job = &j
		}
	}
	return st, nil
}

// SecretKeys are the names of credentials that Microsoft knows (Microsoft Graph, synchronizationSecret), those that targets use most first.
var SecretKeys = []string{
	"BaseAddress", "SecretToken", "UserName", "Password", "ClientIdentifier", "ClientSecret", "Url", "Domain", "CompanyId", "InstanceName", "AppKey", "ConnectionString", "ConsumerKey",
	"ConsumerSecret", "EnforceDomain", "HardDeletesEnabled", "Oauth2AccessToken", "Oauth2AuthorizationUri", "Oauth2ClientId", "Oauth2ClientSecret", "Oauth2RedirectUri", "Oauth2RefreshToken",
	"Oauth2TokenExchangeUri", "Sandbox", "SandboxName", "Server", "SingleSignOnType", "SkipOutOfScopeDeletions", "SyncAll", "SystemOfRecord", "TestReferences", "TokenExpiration", "TokenKey",
	"UpdateKeyOnSoftDelete", "ValidateDomain",
}

// OpenKeys are those of SecretKeys that are no secret nor half of a sign-in: addresses, names of a realm or an instance, and switches. A plan
// may hold them.
var OpenKeys = []string{
	"BaseAddress", "Url", "Domain", "CompanyId", "InstanceName", "Server", "SandboxName", "Sandbox", "Oauth2AuthorizationUri", "Oauth2TokenExchangeUri", "Oauth2RedirectUri", "SingleSignOnType",
	"EnforceDomain", "ValidateDomain", "HardDeletesEnabled", "SkipOutOfScopeDeletions", "SyncAll", "SystemOfRecord", "UpdateKeyOnSoftDelete",
}

func fromSyncTemplate(w graph.SynchronizationTemplate) SyncTemplate {
	t := SyncTemplate{ID: clean(w.ID), Description: clean(w.Description), Default: w.Default}
	for _, m := range w.Metadata {
		if strings.EqualFold(m.Key, "ConfigurationFields") {
			t.Fields = fieldsOf(m.Value)
		}
	}
	return t
}

// fieldsOf reads a template's list of credential fields. How it is written is not published: a list of names is seen, and objects with a name
// are taken too. Names that Microsoft would not take as a secret are left out.
func fieldsOf(text string) (fields []string) {
	var list []json.RawMessage
	if json.Unmarshal([]byte(text), &list) != nil {
		return nil
	}
	for _, raw := range list {
		var name string
		var named struct{ Name, Key string }
		if json.Unmarshal(raw, &name) != nil && json.Unmarshal(raw, &named) == nil {
			name = named.Name
			if name == "" {
				name = named.Key
			}
		}
		i := slices.IndexFunc(SecretKeys, func(k string) bool { return strings.EqualFold(k, name) })
		if i >= 0 && !slices.Contains(fields, SecretKeys[i]) {
			fields = append(fields, SecretKeys[i])
		}
	}
	return fields
}

const setupColumns = `tenant_id, sp_id, name, template, made_at, made_by, settings, saved_at, saved_by, finished_at`

func scanSetup(row pgx.CollectableRow) (s Setup, err error) {
	err = row.Scan(&s.Tenant, &s.SPID, &s.Name, &s.Template, &s.MadeAt, &s.MadeBy, &s.Settings, postgres.Zero(&s.SavedAt), &s.SavedBy, postgres.Zero(&s.FinishedAt))
	return s, err
}

// keepSetup remembers that somebody began to set this application up. What was done before stays.
func (s *Store) keepSetup(ctx context.Context, x Setup) error {
	_, err := s.pool.In(x.Tenant).Exec(ctx, `
		INSERT INTO provisioning_setup (tenant_id, sp_id, name, template, made_at, made_by, settings)
		VALUES ($1, $2, $3, $4, $5, $6, COALESCE($7::jsonb, '{}'))
		ON     CONFLICT (tenant_id, sp_id) DO UPDATE
		SET    name = excluded.name, template = excluded.template`, x.Tenant, x.SPID, x.Name, x.Template, x.MadeAt, x.MadeBy, x.Settings)
	if err != nil {
		return fmt.Errorf("keep the set-up of %q of %s: %w", x.SPID, x.Tenant, err)
	}
	return nil
}

// saved notes that credentials went to Microsoft, also for an application that was never set up here.
func (s *Store) saved(ctx context.Context, x Setup, at time.Time, by string) error {
	if err := s.keepSetup(ctx, Setup{Tenant: x.Tenant, SPID: x.SPID, Name: x.Name, Template: x.Template, MadeAt: at, MadeBy: by}); err != nil {
		return err
	}
	return s.mark(ctx, x, `saved_at = $3, saved_by = $4`, at, by)
}

// finished notes that the job was started; for an application that was never set up here there is nothing to note.
func (s *Store) finished(ctx context.Context, x Setup, at time.Time) error {
	return s.mark(ctx, x, `finished_at = $3`, at)
}

// begun notes that the application has a new job, which somebody starts. An earlier one may have been deleted.
func (s *Store) begun(ctx context.Context, x Setup) error {
	return s.mark(ctx, x, `finished_at = NULL`)
}

func (s *Store) mark(ctx context.Context, x Setup, set string, values ...any) error {
	_, err := s.pool.In(x.Tenant).Exec(ctx, `UPDATE provisioning_setup SET `+set+` WHERE tenant_id = $1 AND sp_id = $2`, append([]any{x.Tenant, x.SPID}, values...)...)
	if err != nil {
		return fmt.Errorf("note a step of the set-up of %q of %s: %w", x.SPID, x.Tenant, err)
	}
	return nil
}

// Setup finds the set-up of an application: one that was begun here, or an application with a job that was read. Others are errs.NotFound.
func (s *Store) Setup(ctx context.Context, tid tenant.ID, sp string) (Setup, error) {
	if !postgres.Printable(sp) {
		return Setup{}, fmt.Errorf("set-up of %s: %w", tid, errs.NotFound)
	}
	rows, _ := s.pool.In(tid).Query(ctx, `SELECT `+setupColumns+` FROM provisioning_setup WHERE tenant_id = $1 AND sp_id = $2`, tid, sp)
	x, err := pgx.CollectExactlyOneRow(rows, scanSetup)
	if !errors.Is(err, pgx.ErrNoRows) {
		return x, notFound(err, "set-up", sp, tid)
	}
	app, err := s.Application(ctx, tid, sp)
	return Setup{Tenant: tid, SPID: app.ID, Name: app.Name}, err
}

// Setups are the set-ups of the tenant that were begun here and whose job was not started yet, the newest first.
func (s *Store) Setups(ctx context.Context, tid tenant.ID) ([]Setup, error) {
	rows, _ := s.pool.In(tid).Query(ctx, `
		SELECT `+setupColumns+`
		FROM   provisioning_setup
		WHERE  tenant_id = $1
		AND    finished_at IS NULL
		ORDER  BY made_at DESC, sp_id
		LIMIT  50`, tid)
	found, err := pgx.CollectRows(rows, scanSetup)
	if err != nil {
		return nil, fmt.Errorf("list set-ups of %s: %w", tid, err)
	}
	return found, nil
}
