package graph

import (
	"net/http"
	"strings"
	"time"
)

func galleryOperations() []operation {
	op := func(path string, o options, page pageSize, h func(*call) error) operation {
		return operation{method: http.MethodGet, path: path, versions: both, area: directory, allow: anyToken, options: o, page: page, handle: h}
	}
	return []operation{
		op("/applicationTemplates", oSelect|oFilter|oTop|oSkip|oOrder|oCount, pageSize{100, 999}, (*call).listGallery),
		op("/applicationTemplates/{id}", oSelect, pageSize{}, (*call).getGallery),
	}
}

// galleryApp is an application of the gallery. sync is its synchronization template, "" where provisioning is not automatic.
type galleryApp struct {
	name, publisher, category, home, sync string
	modes                                 string // single sign-on, separated by blanks
	target                                string // type of the account in the target system
}

const scimUser = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

var gallery = []galleryApp{
	{"Salesforce", "Salesforce.com", "crm", "https://www.salesforce.com/", "salesforce", "saml oidc", "User"},
	{"ServiceNow", "ServiceNow", "itInfrastructure", "https://www.servicenow.com/", "ServiceNowOutDelta", "saml", "sys_user"},
	{"AWS IAM Identity Center (successor to AWS Single Sign-On)", "Amazon Web Services", "developerServices", "https://aws.amazon.com/", "aws", "saml", scimUser},
	{"Workday to Microsoft Entra user provisioning", "Workday", "humanResources", "https://www.workday.com/", "WorkdayToCloud", "external", "User"},
	{"Slack", "Slack Technologies", "collaboration", "https://slack.com/", "slackOutDelta", "saml", scimUser},
	{"Zoom", "Zoom Communications", "collaboration", "https://zoom.us/", "zoomOutDelta", "saml", scimUser},
	{"Dropbox Business", "Dropbox", "contentManagement", "https://www.dropbox.com/business", "dropboxSCIMOutDelta", "saml", scimUser},
	{"Box", "Box", "contentManagement", "https://www.box.com/", "BoxOutDelta", "saml", "User"},
	{"Google Cloud / G Suite Connector by Microsoft", "Google", "collaboration", "https://workspace.google.com/", "gsuite", "saml", "User"},
	{"Cisco Webex", "Cisco Systems", "collaboration", "https://www.webex.com/", "ciscoWebexOutDelta", "saml oidc", scimUser},
	{"Atlassian Cloud", "Atlassian", "collaboration", "https://www.atlassian.com/", "atlassianCloudOutDelta", "saml", scimUser},
	{"GitHub Enterprise Managed User", "GitHub", "developerServices", "https://github.com/", "GitHubEnterpriseManagedUserSAML", "saml oidc", scimUser},
	{"DocuSign", "DocuSign", "business", "https://www.docusign.com/", "docusignOutDelta", "saml", "User"},
	{"SAP Cloud Identity Services", "SAP", "business", "https://www.sap.com/", "sapCloudIdentityServicesOutDelta", "saml oidc", scimUser},
	{"SuccessFactors to Microsoft Entra user provisioning", "SAP", "humanResources", "https://www.sap.com/", "SuccessFactorsToCloud", "external", "User"},
	{"Zendesk", "Zendesk", "crm", "https://www.zendesk.com/", "zendeskOutDelta", "saml", "User"},
	{"Amazon Business", "Amazon", "business", "https://business.amazon.com/", "amazonBusiness", "saml", scimUser},
	{"Asana", "Asana", "projectManagement", "https://asana.com/", "asanaOutDelta", "saml", scimUser},
	{"Miro", "Miro", "collaboration", "https://miro.com/", "MiroOutDelta", "saml", scimUser},
	{"Snowflake for Microsoft Entra ID", "Snowflake", "dataServices", "https://www.snowflake.com/", "snowFlake", "saml", scimUser},
	{"Amazon Web Services (AWS)", "Amazon Web Services", "developerServices", "https://aws.amazon.com/", "", "saml", ""},
	{"Amazon Managed Grafana", "Amazon Web Services", "itInfrastructure", "https://aws.amazon.com/grafana/", "", "saml", ""},
	{"Adobe Creative Cloud", "Adobe", "collaboration", "https://www.adobe.com/", "", "saml", ""},
	{"Adobe Identity Management (SAML)", "Adobe", "collaboration", "https://www.adobe.com/", "adobeIdentityManagementOutDelta", "saml", scimUser},
	{"BambooHR", "BambooHR", "humanResources", "https://www.bamboohr.com/", "", "saml", ""},
	{"Canva", "Canva", "collaboration", "https://www.canva.com/", "", "saml", ""},
	{"Concur", "SAP Concur", "travel", "https://www.concur.com/", "concurOutDelta", "saml", "User"},
	{"Coupa", "Coupa Software", "finance", "https://www.coupa.com/", "", "saml", ""},
	{"Cornerstone OnDemand", "Cornerstone OnDemand", "education", "https://www.cornerstoneondemand.com/", "cornerstoneOnDemand", "saml", "User"},
	{"Datadog", "Datadog", "itInfrastructure", "https://www.datadoghq.com/", "", "saml", ""},
	{"Figma", "Figma", "collaboration", "https://www.figma.com/", "figmaOutDelta", "saml", scimUser},
	{"Freshworks", "Freshworks", "crm", "https://www.freshworks.com/", "freshServiceOutDelta", "saml", scimUser},
	{"GoToMeeting", "GoTo", "collaboration", "https://www.goto.com/", "gotoMeetingOutDelta", "saml", "User"},
	{"HubSpot", "HubSpot", "marketing", "https://www.hubspot.com/", "", "saml", ""},
	{"Jamf Pro", "Jamf", "mobileDeviceManagement", "https://www.jamf.com/", "", "saml", ""},
	{"Keeper Password Manager", "Keeper Security", "security", "https://www.keepersecurity.com/", "keeperOutDelta", "saml", scimUser},
	{"KnowBe4 Security Awareness Training", "KnowBe4", "security", "https://www.knowbe4.com/", "knowBe4OutDelta", "saml", scimUser},
	{"LinkedIn Learning", "LinkedIn", "education", "https://www.linkedin.com/learning", "linkedInLearning", "saml", scimUser},
	{"Mimecast Personal Portal", "Mimecast", "security", "https://www.mimecast.com/", "", "saml", ""},
	{"monday.com", "monday.com", "projectManagement", "https://monday.com/", "mondayDotComOutDelta", "saml", scimUser},
	{"NetSuite", "Oracle", "erp", "https://www.netsuite.com/", "netsuiteOutDelta", "saml", "User"},
	{"Netskope Administrator Console", "Netskope", "security", "https://www.netskope.com/", "netskopeUserAuthentication", "saml", scimUser},
	{"Palo Alto Networks - GlobalProtect", "Palo Alto Networks", "security", "https://www.paloaltonetworks.com/", "", "saml", ""},
	{"PagerDuty", "PagerDuty", "itInfrastructure", "https://www.pagerduty.com/", "", "saml", ""},
	{"Proofpoint on Demand", "Proofpoint", "security", "https://www.proofpoint.com/", "", "saml", ""},
	{"RingCentral", "RingCentral", "telecommunications", "https://www.ringcentral.com/", "ringCentralOutDelta", "saml", scimUser},
	{"SAP Analytics Cloud", "SAP", "businessIntelligence", "https://www.sap.com/", "SAPAnalyticsCloudOutDelta", "saml", scimUser},
	{"Sophos Central", "Sophos", "security", "https://www.sophos.com/", "", "oidc", ""},
	{"SurveyMonkey Enterprise", "SurveyMonkey", "marketing", "https://www.surveymonkey.com/", "surveyMonkeyEnterpriseOutDelta", "saml", scimUser},
	{"Tableau Cloud", "Tableau Software", "businessIntelligence", "https://www.tableau.com/", "tableauOnlineSCIMOutDelta", "saml", scimUser},
	{"TeamViewer", "TeamViewer", "itInfrastructure", "https://www.teamviewer.com/", "teamViewerOutDelta", "saml", scimUser},
	{"Workplace from Meta", "Meta", "social", "https://www.workplace.com/", "workplaceByFacebook", "saml", scimUser},
	{"Zscaler Private Access (ZPA)", "Zscaler", "security", "https://www.zscaler.com/", "zscalerPrivateAccessOutDelta", "saml", scimUser},
	{"Zscaler", "Zscaler", "security", "https://www.zscaler.com/", "zscaler", "saml", scimUser},
	{"10,000ft Plans", "Smartsheet", "projectManagement", "https://www.smartsheet.com/", "", "saml", ""},
	{"1Password", "1Password", "security", "https://1password.com/", "", "oidc", ""},
	{"Visual Paradigm Online", "Visual Paradigm", "developerServices", "https://online.visual-paradigm.com/", "", "saml", ""},
	{"XERO", "Xero", "finance", "https://www.xero.com/", "", "password", ""},
	{"Lucidchart", "Lucid Software", "collaboration", "https://www.lucidchart.com/", "lucidchartOutDelta", "saml", scimUser},
	{"Smartsheet", "Smartsheet", "projectManagement", "https://www.smartsheet.com/", "smartSheetOutDelta", "saml", scimUser},
}

// provisionable is how many applications at the head of the gallery tenants have provisioning for.
const provisionable = 20

// customTemplate is the template of applications that are in no gallery; the id is the same everywhere.
const customTemplate = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621"

// customApp is what the service knows of an application that is in no gallery.
var customApp = galleryApp{name: "Custom", sync: "scim", modes: "saml", target: scimUser}

func galleryAt(i int) *galleryApp {
	if i == len(gallery) {
		return &customApp
	}
	return &gallery[i]
}

// credentials are the secrets that some targets want, by synchronization template; all others want an address and a token.
var credentials = map[string][]string{
	"aws": {"ClientSecret", "SecretToken"}, "salesforce": {"UserName", "Password", "SecretToken"}, "ServiceNowOutDelta": {"InstanceName", "UserName", "Password"}, "BoxOutDelta": {"Oauth2ClientId", "Oauth2ClientSecret"},
	"WorkdayToCloud": {"BaseAddress", "UserName", "Password"}, "SuccessFactorsToCloud": {"BaseAddress", "UserName", "Password", "CompanyId"},
}

func (a *galleryApp) fields() []string {
	if f := credentials[a.sync]; f != nil {
		return f
	}
	return []string{"BaseAddress", "SecretToken"}
}

// accepts tells whether the target lets the provisioning service in: it wants all of its fields, an address of https, and nothing that says
// "wrong".
func (a *galleryApp) accepts(secrets map[string]string) bool {
	for _, key := range a.fields() {
		v := secrets[key]
		if v == "" || strings.Contains(strings.ToLower(v), "wrong") || key == "BaseAddress" && !strings.HasPrefix(v, "https://") {
			return false
		}
	}
	return true
}

// templateIndex finds a template of the gallery, the custom one included.
func templateIndex(id string) (int, bool) {
	for i := range len(gallery) + 1 {
		if strings.EqualFold(templateID(i), id) {
			return i, true
		}
	}
	return 0, false
}

func templateID(i int) string {
	if i == len(gallery) {
		return customTemplate
	}
	return newGUID(0, kindGallery, 0, i).String()
}

func galleryObject(i int) object {
	if i == len(gallery) {
		return object{
			{"id", customTemplate}, {"displayName", "Custom"}, {"homePageUrl", nil}, {"supportedSingleSignOnModes", []string{"password", "saml", "external", "oidc", "notSupported"}},
			{"supportedProvisioningTypes", []string{"sync"}}, {"logoUrl", nil}, {"categories", []string{}}, {"publisher", nil}, {"description", nil}, {"isEntraIntegrated", false},
			{"deprecationDate", nil}, {"lastModifiedDateTime", nil}, {"endpoints", []string{}},
		}
	}
	a := &gallery[i]
	types := []string{}
	if a.sync != "" {
		types = append(types, "sync")
	}
	d := newDraw(0, kindGallery, 0, i)
	return object{
		{"id", templateID(i)}, {"displayName", a.name}, {"homePageUrl", a.home}, {"supportedSingleSignOnModes", strings.Fields(a.modes)},
		{"supportedProvisioningTypes", types}, {"logoUrl", "https://images.microsoft.example/gallery/" + spell(a.publisher) + ".png"},
		{"categories", []string{a.category}}, {"publisher", a.publisher}, {"description", a.name + " by " + a.publisher + "."}, {"isEntraIntegrated", true},
		{"deprecationDate", nil}, {"lastModifiedDateTime", time.Date(2024+d.n(2), time.Month(1+d.n(12)), 1+d.n(28), d.n(24), 0, 0, 0, time.UTC)}, {"endpoints", []string{}},
	}
}

func (c *call) listGallery() error {
	return c.objects(kinds["applicationTemplate"], "applicationTemplates", len(gallery)+1, galleryObject)
}

func (c *call) getGallery() error {
	if i, ok := templateIndex(c.keys[0]); ok {
		return c.entity(kinds["applicationTemplate"], "applicationTemplates", galleryObject(i))
	}
	return missing(c.keys[0])
}
