package services

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/tenantry/tenantry/internal/audit"
	"github.com/tenantry/tenantry/internal/service"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// leadView is the page of the lead times, and its JSON twin.
type leadView struct {
	Lead []leadRow `json:"lead_times"`

	m      tenant.Membership
	faults page.Faults
}

// leadRow is the lead time of one kind. given is what was typed, also where it is wrong.
type leadRow struct {
	Kind    string `json:"kind"`
	Name    string `json:"name"`
	Days    int    `json:"days"`
	Default int    `json:"default"`
	given   string
}

func (h *Handler) leadTimes(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	watch, err := h.Services.Watch(r.Context(), page.ChromeOf(r.Context()).Now)
	if err != nil {
		return err
	}
	v := newLeadView(m, watch.Lead)
	return page.Answer(w, r, v, leadPage(page.Shell(r, m, "Lead times"), v))
}

func newLeadView(m tenant.Membership, lead service.LeadTimes) leadView {
	v := leadView{m: m, faults: page.Faults{}}
	for _, k := range service.Kinds() {
		if k.Ends() {
			days := lead.Of(k)
			v.Lead = append(v.Lead, leadRow{string(k), kindWords[k], days, service.DefaultLead(k), strconv.Itoa(days)})
		}
	}
	return v
}

func (h *Handler) setLeadTimes(w http.ResponseWriter, r *http.Request, m tenant.Membership) error {
	values, err := page.Form(w, r)
	if err != nil {
		return err
	}
	v, lead, detail := newLeadView(m, nil), service.LeadTimes{}, map[string]any{}
	for i := range v.Lead {
		l := &v.Lead[i]
		l.given = strings.TrimSpace(values.Get(l.Kind))
		days, err := strconv.Atoi(l.given)
		if err != nil || days < 1 || days > service.MaxLead {
			v.faults.Add(l.Kind, fmt.Sprintf("Enter a whole number of days from 1 to %d.", service.MaxLead))
			continue
		}
		l.Days, lead[service.Kind(l.Kind)], detail[l.Kind] = days, days, days
	}
	if len(v.faults) > 0 {
		if page.WantsJSON(r) {
			return page.JSON(w, http.StatusUnprocessableEntity, map[string]any{"faults": v.faults})
		}
		return page.Render(w, r, http.StatusUnprocessableEntity, leadPage(page.Shell(r, m, "Lead times"), v))
	}
	if err := h.Services.SetLeadTimes(r.Context(), lead, m.Person.UPN, h.now()); err != nil {
		return err
	}
	if err := h.record(r, m, "setting.changed", "service lead times", detail); err != nil {
		return err
	}
	return page.SeeOther(w, r, "/services/lead-times")
}

// record puts what somebody did into the home tenant's chain.
func (h *Handler) record(r *http.Request, m tenant.Membership, action, object string, detail map[string]any) error {
	return h.Audit.Keep(r.Context(), h.Tenants.Home(), m.Person, audit.Entry{Action: action, Object: object, Detail: detail, RequestID: middleware.RequestID(r.Context())})
}

func (v leadView) header() ui.PageHeader {
	return ui.PageHeader{
		Context: []ui.Crumb{{Text: "Services", URL: "/services"}}, Title: "Lead times",
		Lead: "How many days before its end something counts as ending soon: on the lists, on the overview and as a reminder in calendars.",
	}
}

func (v leadView) fields() []ui.Field {
	var fs []ui.Field
	for _, l := range v.Lead {
		fs = append(fs, ui.Field{
			Name: l.Kind, Label: l.Name + ", days", Value: l.given, InputMode: "numeric", Required: true, Max: 3, Error: v.faults[l.Kind],
			Hint: "The default is " + ui.Count(int64(l.Default), "day", "days") + ".",
		})
	}
	return fs
}

func (v leadView) errors() ui.FormErrors {
	var list ui.FormErrors
	for _, l := range v.Lead {
		if s := v.faults[l.Kind]; s != "" {
			list = append(list, ui.FieldError{ID: "f-" + l.Kind, Text: l.Name + ": " + s})
		}
	}
	return list
}

func (v leadView) facts() ui.Facts {
	var f ui.Facts
	for _, l := range v.Lead {
		f.Items = append(f.Items, ui.Fact{Label: l.Name, Value: ui.TextCell(ui.Count(int64(l.Days), "day", "days"))})
	}
	return f
}
