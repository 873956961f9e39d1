// Package me shows a person their own devices, read live from Microsoft with their own sign-in.
//
// It keeps nothing: what the portal itself reads and stores is shown by web/devices, to staff.
package me

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/tenantry/tenantry/internal/device"
	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/gate"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
	"github.com/tenantry/tenantry/web/verdict"
)

// Scope is the delegated permission that reading one's own devices needs (least privileged of GET /me/managedDevices).
const Scope = "https://graph.microsoft.com/DeviceManagementManagedDevices.Read.All"

// What a Reader wraps when Microsoft gives no devices for a reason that the page has words for.
var (
	ErrNotLicensed  = errors.New("no Intune licence")        // the tenant or the person has none
	ErrNotPermitted = errors.New("permission not consented") // the person's token may not read it
)

// Device is one of the person's devices as Intune lists it.
type Device struct {
	ID         string    `json:"id"`
	Name       string    `json:"name"`
	Model      string    `json:"model"`
	Serial     string    `json:"serial"`
	OS         string    `json:"os"`
	OSVersion  string    `json:"os_version"`
	Compliance string    `json:"compliance"` // complianceState, as Intune spells it
	LastSyncAt time.Time `json:"last_sync_at"`
}

// Reader reads GET /me/managedDevices as the person of the request's session at the tenant. errs.Unauthorised leads to sign-in.
type Reader interface {
	MyDevices(ctx context.Context, tid tenant.ID) ([]Device, error)
}

// Handler serves the room.
type Handler struct {
	Devices Reader
}

// Mount adds the page for everyone who is signed in and no stranger.
func (h *Handler) Mount(r chi.Router, g *gate.Gate) {
	f := g.Own(h.devices)
	r.Get("/me/devices", f)
	r.Head("/me/devices", f)
}

type row struct {
	Device
	now time.Time
}

var spec = page.Spec{}

var columns = []page.Column[row]{
	{Key: "name", Label: "Device", Width: 240, Text: func(r row) string { return named(r.Device) }},
	{Key: "system", Label: "System", Cell: func(r row) ui.Cell { return ui.TextCell(system(r.Device)) }, Text: func(r row) string { return system(r.Device) }},
	{Key: "model", Label: "Model", Priority: 3, Cell: func(r row) ui.Cell { return ui.TextCell(r.Model) }, Text: func(r row) string { return r.Model }},
	{Key: "compliance", Label: "Compliance", Kind: ui.KindState, Width: 170, Cell: func(r row) ui.Cell { s := compliance(r); return ui.Cell{State: &s} }, Text: func(r row) string { return r.Compliance }},
	{Key: "checkin", Label: "Last check-in", Kind: ui.KindTime, Width: 130, Cell: func(r row) ui.Cell { return ui.TimeCell(ui.NewTime(r.LastSyncAt, r.now)) }, Text: func(r row) string { return stamp(r.LastSyncAt) }},
	{Key: "serial", Label: "Serial", Kind: ui.KindMono, Priority: 2, Width: 160, Cell: func(r row) ui.Cell { return ui.MonoCell(r.Serial) }, Text: func(r row) string { return r.Serial }},
}

// devices lists what Microsoft gives now. A list that could not be read is an empty state with its reason for people, and a problem for
// scripts, never an empty list.
func (h *Handler) devices(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	q, err := spec.Parse(r.URL)
	if err != nil {
		return err
	}
	if q.After != "" {
		return errs.Show(errs.Invalid, "This list has one page only.")
	}
	now := page.ChromeOf(r.Context()).Now
	l := page.List[row]{
		Title: "My devices", One: "device", Many: "devices", Caption: "My devices", Query: q, Spec: spec, Columns: columns,
		M:         tenant.Membership{Person: m.Person, Reach: m.Reach, Scope: m.Scope},
		Context:   []ui.Crumb{{Text: m.Tenant.Name()}},
		AsOf:      now,
		Freshness: ui.Freshness{State: ui.ShapeOK, AsOf: ui.NewTime(now, now), Parts: []ui.Link{{Text: "read live from Microsoft, as you"}}},
		Empty: ui.Empty{Kind: ui.EmptyNone, Icon: "laptop", Title: "You have no managed device",
			Lines: []string{"Microsoft Intune was asked just now and lists no device for you."}},
	}
	found, err := h.Devices.MyDevices(r.Context(), m.Person.Tenant)
	if err != nil {
		reason, ok := notRead(err, m.Person.Tenant)
		if !ok || page.WantsJSON(r) || q.CSV {
			return problem(err)
		}
		l.Empty, l.AsOf = reason, time.Time{}
		l.Freshness = ui.Freshness{State: ui.ShapeUnknown, Never: "Not read"}
		return l.Serve(w, r)
	}
	for _, d := range found {
		l.Rows = append(l.Rows, row{Device: d, now: now})
	}
	l.Count = int64(len(found))
	return l.Serve(w, r)
}

// notRead is the empty state for a reason that has words; other faults are problems.
func notRead(err error, tid tenant.ID) (ui.Empty, bool) {
	switch {
	case errors.Is(err, ErrNotLicensed):
		return ui.Empty{Kind: ui.EmptyNotPermitted, Title: "Your company has no Microsoft Intune licence",
			Lines: []string{"Microsoft answers that Intune is not licensed here, so no device can be listed.", "Your administrator can say whether your devices are managed elsewhere."}}, true
	case errors.Is(err, ErrNotPermitted):
		again := "/signin?" + url.Values{"tenant": {tid.String()}, "with": {"devices"}, "return": {"/me/devices"}}.Encode()
		return ui.Empty{Kind: ui.EmptyNotPermitted, Title: "The permission to read your devices is missing",
			Lines:     []string{"You are signed in, but Microsoft gives this portal no leave to read your devices for you.", "Sign in once more to be asked for it. If Microsoft then wants an administrator, ask yours."},
			ActionURL: again, ActionText: "Sign in and allow it"}, true
	}
	return ui.Empty{}, false
}

// problem is the same for scripts.
func problem(err error) error {
	switch {
	case errors.Is(err, ErrNotLicensed):
		return errs.Show(errs.Forbidden, "This tenant has no Microsoft Intune licence.")
	case errors.Is(err, ErrNotPermitted):
		return errs.Show(errs.Forbidden, "The permission to read one's own devices was not consented.")
	}
	return err
}

func named(d Device) string {
	if d.Name != "" {
		return d.Name
	}
	return d.ID
}

func system(d Device) string {
	if d.OSVersion == "" {
		return d.OS
	}
	return d.OS + " " + d.OSVersion
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// compliance is read this moment, so only the device's own silence can make it old.
func compliance(r row) ui.State {
	return verdict.Device(device.Device{Compliance: r.Compliance, LastSyncAt: r.LastSyncAt}, false, r.now)
}
