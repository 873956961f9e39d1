package world

// Refusal is what Entra's token endpoint says for a condition that the world does not play through, such as a policy of the tenant.
type Refusal struct {
	Error    string // OAuth error
	Suberror string
	Text     string
	Claims   string // a claims challenge: JSON in a string
}

// secondFactor names the policy that asks for one.
const secondFactor = `{"access_token":{"polids":{"essential":true,"values":["7d0a2f7e-6f0e-4a3b-9f5e-2c1a8a0c4d11"]}}}`

// Refusals can be asked for by their AADSTS number. The numbers and their meaning are from Microsoft's list of error codes; which OAuth error
// and suberror each comes with is published for few of them (53003, 50079), so the others may have to change.
var Refusals = map[int]Refusal{
	50072:   {"interaction_required", "basic_action", "Due to a configuration change made by your administrator, or because you moved to a new location, you must enroll in multi-factor authentication to access the resource.", secondFactor},
	50076:   {"interaction_required", "basic_action", "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access the resource.", secondFactor},
	50079:   {"interaction_required", "basic_action", "Due to a configuration change made by your administrator, or because you moved to a new location, you must enroll in multi-factor authentication to access the resource.", secondFactor},
	50105:   {"invalid_grant", "", "Your administrator has configured the application to block users unless they are specifically granted access to it. The signed in user is blocked because they are not a direct member of a group with access.", ""},
	53000:   {"interaction_required", "message_only", "Device is not in required device state: compliant. Conditional Access policy requires a compliant device, and the device is not compliant.", ""},
	53003:   {"interaction_required", "message_only", "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.", `{"access_token":{"capolids":{"essential":true,"values":["7d0a2f7e-6f0e-4a3b-9f5e-2c1a8a0c4d11"]}}}`},
	530034:  {"interaction_required", "message_only", "A delegated administrator was blocked from accessing the tenant due to account risk in their home tenant.", ""},
	650052:  {"invalid_resource", "", "The app is trying to access a service that your organization lacks a service principal for. Contact your IT admin to review the configuration of your service subscriptions.", ""},
	7000229: {"unauthorized_client", "", "The client application is missing service principal in the tenant.", ""},
	90038:   {"invalid_request", "", "The tenant is in a national cloud: the request is being redirected to it.", ""},
	90094:   {"consent_required", "", "Admin consent is required for the permissions requested by this application.", ""},
	90095:   {"consent_required", "", "Admin consent is required for the permissions requested by this application. An admin consent request may be sent to the admin.", ""},
}
