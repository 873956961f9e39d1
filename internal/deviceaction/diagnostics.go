package deviceaction

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/graph"
	"github.com/tenantry/tenantry/internal/tenant"
)

// Diagnostics is the kind that collects a Windows device's logs. How far it is Intune tells in a list of its own, not among the results of
// actions.
const Diagnostics = "diagnostics"

// logStates are the states of a collection (appLogUploadState) as those of actions.
var logStates = map[string]string{"completed": "done", "failed": "failed"}

// look reads what Intune says of the device about the action.
func (r *Reader) look(ctx context.Context, a Action) (reading, error) {
	path := "/deviceManagement/managedDevices/" + url.PathEscape(a.DeviceID)
	if a.Kind != Diagnostics {
		return graph.Get[reading](ctx, r.Graph, a.Tenant, path, graph.Query{Version: "beta", Select: []string{"id", "managementState", "deviceActionResults"}})
	}
	var found reading
	for w, err := range graph.List[graph.DeviceLog](ctx, r.Graph, a.Tenant, path+"/logCollectionRequests", graph.Query{Version: "beta"}) {
		if err != nil {
			return found, err
		}
		found.Results = append(found.Results, graph.DeviceActionResult{Name: collectLogs, State: logStates[w.State], Started: w.Requested, ErrorCode: w.ErrorCode})
	}
	return found, nil
}

// collectLogs is the action as Graph spells it.
const collectLogs = "createDeviceLogCollectionRequest"

// LogAddress has Microsoft make an address from which that collection of diagnostics can be downloaded, as the person, and writes down that
// it was asked for. The address lets in whoever has it, so it is given to the person alone and kept nowhere.
func (a *Acts) LogAddress(ctx context.Context, by tenant.Person, d Device, log, requestID string) (string, error) {
	k, _ := KindOf(Diagnostics)
	p, err := a.Who.As(ctx, d.Tenant, k.Scope)
	if err != nil {
		return "", err
	}
	path := "/deviceManagement/managedDevices/" + url.PathEscape(d.ID) + "/logCollectionRequests/" + url.PathEscape(log) + "/createDownloadUrl"
	done, failed := graph.Send[struct {
		Value string `json:"value"`
	}](ctx, p, graph.Change{Method: http.MethodPost, Path: path})
	ending, how := done.Record(failed)
	how["device"], how["hardware"], how["log"] = d.ID, d.Hardware(), log
	if err := a.Store.audit.Keep(ctx, d.Tenant, by, audit.Entry{Action: "diagnostics.downloaded" + ending, Object: d.Name, RequestID: requestID, Detail: how}); err != nil {
		return "", errors.Join(err, failed)
	}
	if failed != nil {
		return "", graph.Deed{Needs: k.needed(), Look: "Open the diagnostics again", Gone: "Intune does not have these diagnostics any more."}.Refusal(failed)
	}
	at, err := url.Parse(done.Value.Value)
	if own, _ := url.Parse(a.Graph.Address("", "")); err != nil || at.Host == "" || at.Scheme != own.Scheme {
		return "", errs.ShowNext(errs.BadGateway, "Microsoft’s answer holds no address to download from.", "Try again later.")
	}
	return done.Value.Value, nil
}
