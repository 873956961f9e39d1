package cloudsim

import (
	"net/http"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

type worldBody struct {
	URLs    URLs         `json:"urls"`
	App     appBody      `json:"app"`
	Narrow  []appBody    `json:"narrowApps"` // the partner's registrations that ask for less
	Tenants []tenantBody `json:"tenants"`
	GDAP    []gdapBody   `json:"gdap"`
}

type appBody struct {
	ClientID     string          `json:"clientId"`
	ClientSecret string          `json:"clientSecret"`
	DisplayName  string          `json:"displayName"`
	RedirectURIs []string        `json:"redirectUris"`
	APIScope     string          `json:"apiScope"`
	Roles        []string        `json:"requiredRoles"`
	Scopes       []string        `json:"requiredScopes"`
	Certificate  certificateBody `json:"certificate"`
}

type certificateBody struct {
	CertificatePEM string `json:"certificatePem"`
	PrivateKeyPEM  string `json:"privateKeyPem"`
}

type tenantBody struct {
	ID          string        `json:"id"`
	DisplayName string        `json:"displayName"`
	Home        bool          `json:"home"`
	Domains     []string      `json:"domains"`
	Devices     int           `json:"devices"`
	Consented   bool          `json:"consented"` // everything that the app requires is granted
	Consent     world.Consent `json:"consent"`
	Intune      bool          `json:"intune"`
	Country     string        `json:"country"`
	Language    string        `json:"language"`
	Industry    string        `json:"industry"`
	Users       []userBody    `json:"users"`
}

type userBody struct {
	ID                string   `json:"id"`
	UserPrincipalName string   `json:"userPrincipalName"`
	DisplayName       string   `json:"displayName"`
	Password          string   `json:"password"`
	AccountEnabled    bool     `json:"accountEnabled"`
	UserType          string   `json:"userType"`
	Roles             []string `json:"roles"`
	SignInName        string   `json:"signInName"`
	HomeTenantID      string   `json:"homeTenantId"`
	ExternalUserState *string  `json:"externalUserState"` // null for members, as Graph has it
	JobTitle          string   `json:"jobTitle"`
}

type gdapBody struct {
	ID               string   `json:"id"`
	CustomerTenantID string   `json:"customerTenantId"`
	Status           string   `json:"status"`
	Roles            []string `json:"roles"`
	Members          []string `json:"members"` // object ids in the home tenant
}

// getWorld lists everything that a test or a demo needs to know of the world, secrets included: it is a simulator's.
func (c *Cloud) getWorld(w http.ResponseWriter, r *http.Request) {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	body := worldBody{URLs: c.urls(scheme)}
	c.World.View(func() {
		body.App = newAppBody(&c.World.App)
		for _, a := range c.World.Narrow {
			body.Narrow = append(body.Narrow, newAppBody(a))
		}
		for _, t := range c.World.Tenants() {
			body.Tenants = append(body.Tenants, c.tenantBody(t))
		}
		for _, rel := range c.World.Relationships() {
			body.GDAP = append(body.GDAP, c.gdapBody(rel))
		}
	})
	answer(w, http.StatusOK, body)
}

func newAppBody(a *world.App) appBody {
	return appBody{
		ClientID: a.ClientID, ClientSecret: a.ClientSecret, DisplayName: a.DisplayName, RedirectURIs: append([]string{}, a.RedirectURIs...),
		APIScope: a.APIScope, Roles: a.RequiredRoles, Scopes: a.RequiredScope, Certificate: certificateBody(a.Certificate),
	}
}

func (c *Cloud) tenantBody(t *world.Tenant) tenantBody {
	b := tenantBody{
		ID: t.ID, DisplayName: t.DisplayName, Home: t.Home, Domains: t.Domains, Devices: t.Devices, Consented: c.World.Consented(t), Consent: t.Consent,
		Intune: t.Intune, Country: t.Country, Language: t.Language, Industry: t.Industry, Users: make([]userBody, 0, len(t.Users)),
	}
	for _, u := range t.Users {
		ub := userBody{
			ID: u.ID, UserPrincipalName: u.UserPrincipalName, DisplayName: u.DisplayName, Password: u.Password, AccountEnabled: u.AccountEnabled,
			UserType: u.UserType, Roles: append([]string{}, u.Roles...), SignInName: u.SignInName, HomeTenantID: u.HomeTenantID, JobTitle: u.JobTitle,
		}
		if u.ExternalUserState != "" {
			state := u.ExternalUserState
			ub.ExternalUserState = &state
		}
		b.Users = append(b.Users, ub)
	}
	return b
}

func (c *Cloud) gdapBody(rel *world.Relationship) gdapBody {
	b := gdapBody{ID: rel.ID, CustomerTenantID: rel.CustomerTenantID, Status: rel.Status, Roles: rel.Roles, Members: []string{}}
	for _, a := range rel.Assignments {
		b.Members = append(b.Members, c.World.Home().PeopleIn(a.GroupID)...)
	}
	return b
}
