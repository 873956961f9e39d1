package organization

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/postgres"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Puller reads a tenant's organization, domains and licences.
type Puller struct {
	Graph *graph.Client
	Store *Store
	Now   func() time.Time
}

// Read is what one complete read found.
type Read struct {
	Organization Organization
	Domains      []Domain
	Licences     []Licence
}

// Pull reads all three before it stores anything.
func (p *Puller) Pull(ctx context.Context, tid tenant.ID, run *graphsync.Run) error {
	q := graph.Query{Version: run.Dataset.Version, OnPage: func(c graph.Page) error { return run.Page(ctx, graphsync.Progress(c)) }}
	var r Read
	found := false
	for w, err := range graph.List[graph.OrganizationInfo](ctx, p.Graph, tid, run.Dataset.Path, q) {
		if err != nil {
			return fmt.Errorf("pull organization of %s: %w", tid, err)
		}
		r.Organization, found = fromOrganization(tid, w), true
	}
	if !found {
		return fmt.Errorf("pull organization of %s: the answer names none", tid)
	}
	for w, err := range graph.List[graph.Domain](ctx, p.Graph, tid, "/domains", q) {
		if err != nil {
			return fmt.Errorf("pull domains of %s: %w", tid, err)
		}
		r.Domains = append(r.Domains, fromDomain(w))
	}
	for w, err := range graph.List[graph.SubscribedSKU](ctx, p.Graph, tid, "/subscribedSkus", q) {
		if err != nil {
			return fmt.Errorf("pull licences of %s: %w", tid, err)
		}
		if w.SKUID == "" {
			return fmt.Errorf("pull licences of %s: %w", tid, graph.BadRow("/subscribedSkus", "a licence that does not say of what"))
		}
		r.Licences = append(r.Licences, fromSKU(w))
	}
	r.Organization.Intune = intune(r.Licences)
	return run.Merge(ctx, func(tx pgx.Tx) (graphsync.Merged, error) {
		written, err := p.Store.Merge(ctx, tx, tid, r, run.Number, p.Now())
		return graphsync.Merged{Written: written, Counters: map[string]int64{"domains": int64(len(r.Domains)), "licences": int64(len(r.Licences))}}, err
	})
}

func fromOrganization(tid tenant.ID, w graph.OrganizationInfo) Organization {
	return Organization{Tenant: tid, DisplayName: clean(w.DisplayName), Country: country(w.Country), Language: clean(w.Language),
		TenantType: clean(w.TenantType), MDMAuthority: clean(w.MDMAuthority), CreatedAt: w.Created.Time, DirectorySynced: w.DirectorySynced,
		DirectorySyncedAt: w.DirectorySyncedAt.Time, TechnicalMails: cleanAll(w.TechnicalMails), Intune: IntuneUnknown}
}

func fromDomain(w graph.Domain) Domain {
	return Domain{Name: strings.ToLower(clean(w.ID)), Default: w.IsDefault, Initial: w.IsInitial, Verified: w.IsVerified,
		Authentication: clean(w.Authentication), Services: cleanAll(w.Services)}
}

func fromSKU(w graph.SubscribedSKU) Licence {
	l := Licence{SKU: strings.ToLower(clean(w.SKUID)), PartNumber: clean(w.PartNumber), AppliesTo: clean(w.AppliesTo), Status: clean(w.Status),
		Enabled: int64(w.Prepaid.Enabled), Consumed: int64(w.Consumed), Warning: int64(w.Prepaid.Warning), Suspended: int64(w.Prepaid.Suspended)}
	for _, p := range w.Plans {
		if !strings.EqualFold(p.Status, "Disabled") && p.Name != "" {
			l.Plans = append(l.Plans, clean(p.Name))
		}
	}
	slices.Sort(l.Plans)
	l.Plans = slices.Compact(l.Plans)
	l.Name, l.Intune = productOf(l.SKU, l.PartNumber), bringsIntune(l.Plans)
	return l
}

// intunePlans are the service plans that bring Intune.
var intunePlans = []string{"INTUNE_A", "INTUNE_A_D", "MDM_Services", "EMS", "SCCM", "MICROSOFTINTUNEPLAN1", "INTUNE_SMBIZ", "INTUNE_EDU"}

func bringsIntune(plans []string) bool {
	return slices.ContainsFunc(plans, func(p string) bool {
		return slices.ContainsFunc(intunePlans, func(i string) bool { return strings.EqualFold(i, p) })
	})
}

func intune(of []Licence) Intune {
	state := IntuneNone
	for _, l := range of {
		if !bringsIntune(l.Plans) {
			continue
		}
		if strings.EqualFold(l.Status, "Enabled") || strings.EqualFold(l.Status, "Warning") {
			return IntuneLicensed
		}
		state = IntuneSuspended
	}
	return state
}

func country(s string) string {
	if s = strings.ToUpper(strings.TrimSpace(s)); len(s) == 2 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z' {
		return s
	}
	return ""
}

// Merge makes what we hold of the tenant that of the read, and gives the tenant its name, domains and country. It writes only what
// differs. tx is under the tenant's scope.
func (s *Store) Merge(ctx context.Context, tx pgx.Tx, tid tenant.ID, r Read, run int64, now time.Time) (written int64, err error) {
	o := r.Organization
	var names []string
	def := ""
	for _, d := range r.Domains {
		if d.Verified {
			names = append(names, d.Name)
		}
		if d.Default {
			def = d.Name
		}
	}
	slices.Sort(names)
	for _, q := range []struct {
		sql  string
		args []any
	}{
		{`
		INSERT INTO organization AS o (tenant_id, display_name, country, language, tenant_type, mdm_authority, created_at,
		       directory_synced, directory_synced_at, technical_mails, intune, changed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (tenant_id) DO UPDATE
		SET    display_name = $2, country = $3, language = $4, tenant_type = $5, mdm_authority = $6, created_at = $7, directory_synced = $8,
		       directory_synced_at = $9, technical_mails = $10, intune = $11, changed_at = $12
		WHERE  (o.display_name, o.country, o.language, o.tenant_type, o.mdm_authority, o.created_at, o.directory_synced,
		        o.directory_synced_at, o.technical_mails, o.intune) IS DISTINCT FROM ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			[]any{tid, o.DisplayName, o.Country, o.Language, o.TenantType, o.MDMAuthority, null(o.CreatedAt), o.DirectorySynced,
				null(o.DirectorySyncedAt), orEmpty(o.TechnicalMails), string(o.Intune), now}},
		{`
		UPDATE tenant
		SET    display_name = COALESCE(NULLIF($2, ''), display_name), default_domain = COALESCE(NULLIF($3, ''), default_domain),
		       domains = $4, country = COALESCE(NULLIF($5, ''), country)
		WHERE  tenant_id = $1
		AND    (display_name, default_domain, domains, country) IS DISTINCT FROM
		       (COALESCE(NULLIF($2, ''), display_name), COALESCE(NULLIF($3, ''), default_domain), $4, COALESCE(NULLIF($5, ''), country))`,
			[]any{tid, o.DisplayName, def, orEmpty(names), o.Country}},
	} {
		tag, err := tx.Exec(ctx, q.sql, q.args...)
		if err != nil {
			return 0, fmt.Errorf("write organization of %s: %w", tid, err)
		}
		written += tag.RowsAffected()
	}
	domains, err := mergeDomains(ctx, tx, tid, r.Domains)
	if err != nil {
		return 0, err
	}
	licences, err := mergeLicences(ctx, tx, tid, r.Licences, run, now)
	return written + domains + licences, err
}

// mergeDomains makes the tenant's domains those of the read. No history of them is kept.
func mergeDomains(ctx context.Context, tx pgx.Tx, tid tenant.ID, of []Domain) (written int64, err error) {
	stage := postgres.NewStage("name", "is_default", "is_initial", "is_verified", "authentication", "services")
	defer stage.Close()
	for _, d := range of {
		if err := stage.Row().Text(d.Name).Bool(d.Default).Bool(d.Initial).Bool(d.Verified).Text(d.Authentication).Strings(d.Services).End(); err != nil {
			return 0, err
		}
	}
	if err := stage.Copy(ctx, tx, "tenant_domain_stage", "tenant_domain"); err != nil {
		return 0, fmt.Errorf("merge domains of %s: %w", tid, err)
	}
	for _, sql := range []string{`
		DELETE FROM tenant_domain o
		WHERE  o.tenant_id = $1
		AND    NOT EXISTS (SELECT FROM tenant_domain_stage n WHERE n.name = o.name)`, `
		INSERT INTO tenant_domain AS o (tenant_id, name, is_default, is_initial, is_verified, authentication, services)
		SELECT DISTINCT ON (name) $1::uuid, name, is_default, is_initial, is_verified, authentication, services
		FROM   tenant_domain_stage
		ORDER  BY name, seq DESC
		ON     CONFLICT (tenant_id, name) DO UPDATE
		SET    is_default = excluded.is_default, is_initial = excluded.is_initial, is_verified = excluded.is_verified,
		       authentication = excluded.authentication, services = excluded.services
		WHERE  (o.is_default, o.is_initial, o.is_verified, o.authentication, o.services)
		       IS DISTINCT FROM (excluded.is_default, excluded.is_initial, excluded.is_verified, excluded.authentication, excluded.services)`,
	} {
		tag, err := tx.Exec(ctx, sql, tid)
		if err != nil {
			return 0, fmt.Errorf("write domains of %s: %w", tid, err)
		}
		written += tag.RowsAffected()
	}
	return written, nil
}

func null(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func orEmpty(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

func cleanAll(of []string) []string {
	kept := make([]string, len(of))
	for i, s := range of {
		kept[i] = clean(s)
	}
	return kept
}

// clean is text that Postgres can hold.
func clean(s string) string { return postgres.Clean(s) }
