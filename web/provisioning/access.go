package provisioning

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/tenantry/tenantry/internal/errs"
	"github.com/tenantry/tenantry/internal/provisioning"
	"github.com/tenantry/tenantry/web/middleware"
	"github.com/tenantry/tenantry/web/page"
	"github.com/tenantry/tenantry/web/ui"
)

// access tests credentials and hands them to Microsoft. They are never shown again, so that whoever corrects one enters all.
func (h *Wizard) access(r *http.Request, v *setupView, what string, form url.Values) (said page.Flash, err error) {
	ctx, by, id, s := r.Context(), v.m.Person, middleware.RequestID(r.Context()), v.state.Setup
	secrets := v.secrets(form)
	if len(v.faults) > 0 {
		return said, nil
	}
	if what != "keep" {
		if err := h.Acts.Test(ctx, by, id, s, v.state.Job.ID, secrets); err != nil {
			v.keep = errors.Is(err, errs.Invalid)
			return said, err
		}
	}
	if what == "test" {
		return page.Flash{Kind: "info", Title: "The application let Microsoft in.", Text: "Nothing was saved. Enter the credentials again to save them."}, nil
	}
	if err := h.Acts.Save(ctx, by, id, s, secrets); err != nil {
		return said, err
	}
	said = page.Flash{Kind: "info", Title: "Microsoft keeps the credentials."}
	if what == "save" {
		if err := h.Acts.Test(ctx, by, id, s, v.state.Job.ID, nil); err != nil {
			said.Text = "A test with what is saved did not go through yet; test again in a minute."
		} else {
			said.Text = "The application lets Microsoft in with what is saved."
		}
	}
	return said, nil
}

// freeRows is how many credentials can be entered where the template does not say which are needed.
const freeRows = 6

// secrets are the credentials of the form, and what is wrong with them.
func (v *setupView) secrets(form url.Values) (list []provisioning.Secret) {
	for _, key := range v.Fields {
		if form.Get(key) == "" {
			v.faults.Add(key, "Enter the "+strings.ToLower(spaced(key))+". What you entered before is not kept here.")
		}
		list = append(list, provisioning.Secret{Key: key, Value: form.Get(key)})
	}
	if len(v.Fields) > 0 {
		return list
	}
	for i := range freeRows {
		key, value := form.Get(keyField(i)), form.Get(valueField(i))
		switch {
		case key == "" && value == "":
			continue
		case !slices.Contains(provisioning.SecretKeys, key):
			v.faults.Add(keyField(i), "Choose what it is.")
		case value == "":
			v.faults.Add(valueField(i), "Enter value "+ui.N(int64(i)+1)+". What you entered before is not kept here.")
		}
		list = append(list, provisioning.Secret{Key: key, Value: value})
	}
	if len(list) == 0 {
		v.faults.Add(keyField(0), "Enter at least one.")
	}
	return list
}

func (v setupView) accessLead() string {
	if len(v.Fields) == 0 {
		return "Microsoft’s template does not say which credentials this application wants. Its own guide to provisioning does; choose the name that Microsoft has for each."
	}
	return "The application’s administrator finds these under its own settings for provisioning or SCIM."
}

// secretFields are the inputs for credentials. None has a value but what a plan says, which is no secret: what was entered before is not echoed.
func (v setupView) secretFields() (list []templ.Component) {
	input := func(name, label, kind, planned string) {
		f := ui.Field{Name: name, Label: label, Type: kind, Value: planned, Error: v.faults[name], Autocomplete: "off", Max: 4000}
		if planned != "" {
			f.Hint = "As the plan says."
		}
		list = append(list, f)
	}
	planned := v.state.Setup.Settings
	for _, key := range v.Fields {
		kind := "text"
		if secretName.MatchString(key) {
			kind = "password"
		}
		input(key, spaced(key), kind, planned[key])
	}
	if len(v.Fields) > 0 {
		return list
	}
	known := slices.DeleteFunc(slices.Clone(provisioning.SecretKeys), func(key string) bool { return planned[key] == "" })
	for i := range freeRows {
		no, chosen, kind := ui.N(int64(i)+1), "", "password"
		if i < len(known) {
			chosen, kind = known[i], "text"
		}
		s := ui.Select{Name: keyField(i), Label: "Credential " + no, Error: v.faults[keyField(i)], Options: []ui.Option{{Value: "", Label: "None"}}}
		for _, key := range provisioning.SecretKeys {
			s.Options = append(s.Options, ui.Option{Value: key, Label: key, Selected: key == chosen})
		}
		list = append(list, s)
		input(valueField(i), "Value "+no, kind, planned[chosen])
	}
	return list
}

func (v setupView) faultList() ui.FormErrors {
	var list ui.FormErrors
	names := slices.Clone(v.Fields)
	for i := range freeRows {
		names = append(names, keyField(i), valueField(i))
	}
	for _, name := range names {
		if text := v.faults[name]; text != "" {
			list = append(list, ui.FieldError{ID: "f-" + name, Text: text})
		}
	}
	return list
}

func (v setupView) accessActions() []ui.Action {
	list := []ui.Action{{Text: "Test and save", Name: "do", Value: "save", Kind: ui.Primary}, {Text: "Test only", Name: "do", Value: "test"}}
	if v.keep {
		list = append(list, ui.Action{Text: "Save without a test", Name: "do", Value: "keep"})
	}
	return append(list, v.later())
}

func (v setupView) savedText() string {
	s := v.state.Setup
	if s.SavedAt.IsZero() {
		return "The job is ready. The portal handed no credentials to Microsoft for it."
	}
	return "Credentials went to Microsoft " + ui.NewTime(s.SavedAt, v.chrome.Now).Text + ", by " + s.SavedBy + ". The job is ready to start."
}
