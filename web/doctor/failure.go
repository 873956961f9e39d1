package doctor

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/internal/failure"
	"github.com/tenantry/tenantry/internal/graphsync"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// kind is how a page names what failed, and where it was tried; {object} stands for what it was tried on.
type kind struct{ title, at, path string }

var kinds = map[string]kind{
	failure.Live + graphsync.LiveComplianceStates:              {"The policies of a device could not be read", "Device", "/devices/{object}/policies"},
	failure.Live + graphsync.LiveDeviceDetail:                  {"The details of a device could not be read", "Device", "/devices/{object}/hardware"},
	failure.Live + graphsync.LiveDeviceLogs:                    {"The diagnostics of a device could not be read", "Device", "/devices/{object}/diagnostics"},
	failure.Live + graphsync.LiveDetectedAppDevices:            {"The devices that have an app could not be read", "Detected apps", "/apps/detected"},
	failure.Live + graphsync.LiveAppInstallStatus:              {"The failed installations of an app could not be read", "App", "/apps/{object}"},
	failure.Live + graphsync.LiveMalwareDevices:                {"The devices on which malware was found could not be read", "Malware", "/devices/malware/{object}"},
	failure.Live + graphsync.LiveDeviceMalware:                 {"The malware on a device could not be read", "Device", "/devices/{object}/protection"},
	failure.Live + graphsync.LivePolicyStatuses:                {"The devices with which a policy failed could not be read", "Configuration", "/configuration"},
	failure.Consent + failure.Grants:                           {"The grants could not be read", "Consent", "/consent"},
	failure.Consent + failure.Return:                           {"A consent came back without effect", "Consent", "/consent"},
	failure.Act + "/guests/invite":                             {"An invitation was refused", "Guest accounts", ""},
	failure.Act + "/guests/{guest}/role":                       {"A directory role was not given", "Guest account", ""},
	failure.Act + "/guests/{guest}/licence":                    {"A licence was not given", "Guest account", ""},
	failure.Act + "/guests/{guest}/revoke":                     {"A guest account was not deleted", "Guest account", ""},
	failure.Act + "/guests/{guest}/groups/{group}":             {"A guest was not taken out of a group", "Guest account", ""},
	failure.Act + "/access/leaver/{staff}/groups/{group}":      {"Somebody who leaves was not taken out of a group", "Plan for the leaver", ""},
	failure.Act + "/access/leaver/{staff}/sessions":            {"The sign-ins of somebody who leaves were not ended", "Plan for the leaver", ""},
	failure.Act + "/relationships/new":                         {"A GDAP request was refused", "GDAP relationships", ""},
	failure.Act + "/relationships/{relationship}/send":         {"A GDAP request was not sent", "GDAP relationship", ""},
	failure.Act + "/relationships/{relationship}/assign":       {"GDAP roles were not given", "GDAP relationship", ""},
	failure.Act + "/relationships/{relationship}/end":          {"A GDAP relationship was not ended", "GDAP relationship", ""},
	failure.Act + "/provisioning/new":                          {"An application was not added", "Set up provisioning", ""},
	failure.Act + "/provisioning/adopt":                        {"A set-up was not begun", "Set up provisioning", ""},
	failure.Act + "/provisioning/{principal}/setup":            {"A step of a set-up failed", "Set up provisioning", ""},
	failure.Act + "/provisioning/{principal}/jobs/{job}/{act}": {"A provisioning job was not changed", "Provisioning job", ""},
	failure.Act + "/provisioning/{principal}/mappings/import":  {"Mappings were not taken from a file", "Mappings of a job", ""},
	failure.Act + "/provisioning/plans/{plan}":                 {"An application was not set up by a plan", "Plan", ""},
	failure.Act + "/devices/{device}/actions/{kind}":           {"An action on a device was refused", "Confirmation of the action", ""},
	failure.SignIn: {"A sign-in at this customer was refused", "Sign in there again", ""},
}

// kindOf gives words for kinds of which nothing more is known, too.
func kindOf(f failure.Failure) kind {
	if k, ok := kinds[f.Source+f.Kind]; ok {
		return k
	}
	return kind{"A change was refused", "Where it was tried", ""}
}

// advices say what trying again does, where it is not simply the same once more.
var advices = map[string]string{
	failure.Act:    "A change is only sent again by whoever asked for it. “Check again” reads the grants once more and judges the refusal by what is known now.",
	failure.SignIn: "Only you can sign in again. “Check again” reads the grants once more and judges the refusal by what is known now.",
}

func (h *Handler) showFailure(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	f, err := h.Failures.Get(r.Context(), m.Tenant.ID, chi.URLParam(r, "failure"))
	if err != nil {
		return err
	}
	v := newFailureView(r, m, f)
	return page.Answer(w, r, v, doctorPage(page.Shell(r, m, v.title), v))
}

func newFailureView(r *http.Request, m tenant.Membership, f failure.Failure) view {
	k := kindOf(f)
	v := newView(r, m, f.Diagnosis)
	v.Source, v.Label, v.title, v.Person, v.State, v.Failures, v.Problem = f.Source, k.title, k.title, f.Person, "failed", f.Times, f.Problem
	v.FailedAt, v.RequestID, v.ActivityID, v.first, v.advice, v.button = page.Moment(f.At), f.RequestID, f.ActivityID, f.FirstAt, advices[f.Source], "Try again"
	if v.advice != "" {
		v.button = "Check again"
	}
	v.path = m.Path("/doctor/failures/" + f.ID)
	if v.back = (ui.Link{Text: k.at, URL: local(f.Back)}); k.path != "" {
		v.back.URL = m.Path(strings.Replace(k.path, "{object}", url.PathEscape(f.Object), 1))
	}
	switch {
	case !f.FixedAt.IsZero():
		v.State = "ok"
		v.Before, v.After = refusal(f.At, f.Diagnosis, f.Problem), &outcome{At: f.FixedAt, Text: "The same succeeded.", OK: true}
	case f.Source == failure.SignIn && f.Person == m.Person.UPN && page.ChromeOf(r.Context()).SignedIn(f.Tenant) != nil:
		v.State = "ok"
		v.Before, v.After = refusal(f.At, f.Diagnosis, f.Problem), &outcome{At: v.now, Text: "You are signed in there.", OK: true}
	case !f.BeforeAt.IsZero():
		at := f.At
		if !f.JudgedAt.IsZero() {
			at = f.JudgedAt
		}
		v.Before, v.After = refusal(f.BeforeAt, f.Before, f.Problem), refusal(at, f.Diagnosis, f.Problem)
	}
	v.write(r)
	return v
}

// local is a path of the portal's own, or nothing.
func local(path string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.Contains(path, `\`) {
		return ""
	}
	return path
}

// againFailure tries once more, and leads back to what came of it.
func (h *Handler) againFailure(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	f, err := h.Failures.Get(r.Context(), m.Tenant.ID, chi.URLParam(r, "failure"))
	if err != nil {
		return err
	}
	if err := h.TryAgain(r.Context(), f); err != nil {
		return err
	}
	after, err := h.Failures.Get(r.Context(), m.Tenant.ID, f.ID)
	if err != nil {
		return err
	}
	said := page.Flash{Kind: "warn", Title: "Microsoft refused it again."}
	switch {
	case !after.FixedAt.IsZero():
		said = page.Flash{Kind: "info", Title: "It works again."}
	case advices[f.Source] != "":
		said = page.Flash{Kind: "info", Title: "The grants were read again.", Text: "Below is what the refusal comes to now."}
	}
	return page.Done(w, r, m.Path("/doctor/failures/"+f.ID), said)
}

// attempts are the freshness line of what no schedule reads.
func (v view) attempts() string {
	said := ""
	if v.FailedAt != nil {
		said = "Failed " + ui.NewTime(*v.FailedAt, v.now).Text + tries(v.Failures)
	}
	if v.Person != "" {
		said += ", tried by " + v.Person
	}
	return said
}
