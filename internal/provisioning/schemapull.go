package provisioning

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/tenant"
)

// schemas reads how jobs map whose schemas were not read for a while. One that cannot be read leaves what was read before, with its time: the
// jobs themselves were read.
func (p *JobPuller) schemas(ctx context.Context, tid tenant.ID, q graph.Query, stage *Stage, apps []graph.ServicePrincipal) (found []Schema, err error) {
	read, err := p.Store.readSchemas(ctx, tid, p.Now().Add(-schemaEvery))
	if err != nil {
		return nil, err
	}
	for _, j := range stage.added {
		known := read[[2]string{j.sp, j.id}]
		if known.current {
			continue
		}
		s, err := readSchema(ctx, p.Graph, tid, j.sp, j.id, q)
		if err == nil {
			s.ReadAt = p.Now()
			if !known.fields {
				i := slices.IndexFunc(apps, func(a graph.ServicePrincipal) bool { return clean(a.ID) == j.sp })
				s.Gallery, s.Fields = clean(apps[i].Template), p.fields(ctx, tid, j, q)
			}
			found = append(found, s)
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	return found, nil
}

// fields are the credentials that a job's template asks for, which stay the same; nil: they could not be read, and are with the next schema.
func (p *JobPuller) fields(ctx context.Context, tid tenant.ID, j addedJob, q graph.Query) []string {
	if j.template == "" {
		return []string{}
	}
	w, err := graph.Get[graph.SynchronizationTemplate](ctx, p.Graph, tid, principalPath(j.sp)+"/synchronization/templates/"+url.PathEscape(j.template), q)
	if err != nil {
		return nil
	}
	return slices.Concat([]string{}, fromSyncTemplate(w).Fields)
}

// readSchema reads how a job maps, now.
func readSchema(ctx context.Context, c *graph.Client, tid tenant.ID, sp, job string, q graph.Query) (Schema, error) {
	raw, err := graph.Get[json.RawMessage](ctx, c, tid, jobPath(sp, job)+"/schema", q)
	if err != nil {
		return Schema{}, err
	}
	s, ok := fromSchema(raw)
	if !ok {
		return s, errs.Show(errs.Invalid, "Microsoft’s answer about the mappings of the job could not be understood.")
	}
	s.Tenant, s.SPID, s.JobID = tid, sp, job
	return s, nil
}
