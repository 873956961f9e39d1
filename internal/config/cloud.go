package config

// Cloud is one of Microsoft's clouds: where its services are, and what tokens for them are called. A host may be overridden, as for a
// simulator; the resources stay, for a token's audience is the service and not the address under which we reach it.
type Cloud struct {
	Name             string
	AuthorityHost    string
	GraphURL         string
	DefenderURL      string // empty: the cloud has none
	PartnerCenterURL string // empty: the cloud has none
	AdminCenterURL   string // where people of customers administer Microsoft 365

	GraphResource    string
	DefenderResource string
	PartnerResource  string
}

// clouds as Microsoft lists them under "national cloud deployments". Each needs an app registration of its own.
var clouds = map[string]Cloud{
	"global": {
		AuthorityHost: "https://login.microsoftonline.com", GraphURL: "https://graph.microsoft.com", AdminCenterURL: "https://admin.microsoft.com",
		DefenderURL: "https://api.security.microsoft.com", PartnerCenterURL: "https://api.partnercenter.microsoft.com",
	},
	"usgov": {
		AuthorityHost: "https://login.microsoftonline.us", GraphURL: "https://graph.microsoft.us", AdminCenterURL: "https://portal.office365.us",
		DefenderURL: "https://api-gov.security.microsoft.us", PartnerCenterURL: "https://api.partnercenter.microsoft.com",
	},
	"usdod": {
		AuthorityHost: "https://login.microsoftonline.us", GraphURL: "https://dod-graph.microsoft.us", AdminCenterURL: "https://portal.apps.mil",
		DefenderURL: "https://api-gov.security.microsoft.us",
	},
	"china": {
		AuthorityHost: "https://login.partner.microsoftonline.cn", GraphURL: "https://microsoftgraph.chinacloudapi.cn", AdminCenterURL: "https://portal.partner.microsoftonline.cn",
	},
}

const cloudNames = "global, usgov, usdod or china"

// cloudNamed finds a cloud; the empty name is the global one.
func cloudNamed(name string) (Cloud, bool) {
	if name == "" {
		name = "global"
	}
	c, ok := clouds[name]
	c.Name = name
	c.GraphResource, c.DefenderResource, c.PartnerResource = c.GraphURL, c.DefenderURL, c.PartnerCenterURL
	return c, ok
}
