package graph

import "net/http"

var readServices = same("DeviceManagementServiceConfig.Read.All")

var readServicesOrConfiguration = same("DeviceManagementServiceConfig.Read.All", "DeviceManagementConfiguration.Read.All")

func notificationOperations() []operation {
	return append(families(family{
		path: "deviceManagement/notificationMessageTemplates", kind: "notificationMessageTemplate", versions: both, allow: readServices, options: oExpand, members: (*call).notifications,
		relations: []string{"localizedNotificationMessages"},
	}), operation{
		method: http.MethodGet, path: "/deviceManagement/conditionalAccessSettings", versions: both, area: intune, allow: readServicesOrConfiguration, roles: intuneReaders, options: oSelect, handle: (*call).conditionalAccess,
	})
}

type message struct{ locale, subject, body string }

var mails = []struct {
	name     string
	branding string
	share    float64
	messages []message
}{
	{"Device is not compliant", "includeCompanyLogo,includeCompanyName,includeContactInformation", 1, []message{
		{"en-us", "Your device needs attention", "Hello {{UserName}}, your device {{DeviceName}} no longer meets our rules. Open Company Portal to see what to do."},
		{"de-de", "Ihr Gerät braucht Aufmerksamkeit", "Guten Tag {{UserName}}, Ihr Gerät {{DeviceName}} erfüllt unsere Regeln nicht mehr. Im Unternehmensportal steht, was zu tun ist."},
		{"fr-fr", "Votre appareil demande votre attention", "Bonjour {{UserName}}, votre appareil {{DeviceName}} ne respecte plus nos règles. Le Portail d’entreprise indique comment y remédier."},
		{"nl-nl", "Uw apparaat heeft aandacht nodig", "Hallo {{UserName}}, uw apparaat {{DeviceName}} voldoet niet meer aan onze regels. Open Bedrijfsportal om te zien wat u kunt doen."},
		{"es-es", "Su dispositivo necesita atención", "Hola, {{UserName}}: su dispositivo {{DeviceName}} ya no cumple nuestras normas. Abra Portal de empresa para ver qué hacer."},
		{"el-gr", "Η συσκευή σας χρειάζεται προσοχή", "Γεια σας {{UserName}}, η συσκευή {{DeviceName}} δεν πληροί πλέον τους κανόνες μας. Ανοίξτε την Εταιρική πύλη."},
	}},
	{"Last reminder before access ends", "includeCompanyName,includeDeviceDetails", 1, []message{
		{"en-us", "Access from your device ends tomorrow", "Hello {{UserName}}, {{DeviceName}} will lose access to company data tomorrow."},
		{"de-de", "Der Zugriff von Ihrem Gerät endet morgen", "Guten Tag {{UserName}}, {{DeviceName}} verliert morgen den Zugriff auf Firmendaten."},
	}},
	{"Device will be retired", "none", 0.4, []message{{"en-us", "Your device is about to be removed", "{{DeviceName}} has not met our rules for a long time and will be removed."}}},
}

// notifications are the mails that compliance policies send. The tenant's own language is the default where there is a text in it.
func (c *call) notifications() []object {
	var list []object
	for i, m := range mails {
		if !c.has(classNotification, i, m.share) {
			continue
		}
		d := c.drawOf(classNotification, i)
		_, modified, _ := c.history(&d)
		fallback := 0
		for n, text := range m.messages {
			if text.locale[:2] == languageOf(c.t.Language) {
				fallback = n
			}
		}
		list = append(list, object{
			{"id", c.idOf(classNotification, i)}, {"lastModifiedDateTime", modified}, {"displayName", m.name}, {"description", nil}, {"defaultLocale", m.messages[fallback].locale}, {"brandingOptions", m.branding}, {"roleScopeTagIds", []string{"0"}},
			{"localizedNotificationMessages", many("localizedNotificationMessage", func() []object { return c.localized(i, fallback) })},
		})
	}
	return list
}

func (c *call) localized(i, fallback int) []object {
	d := c.drawOf(classNotification, i)
	_, modified, _ := c.history(&d)
	var list []object
	for n, m := range mails[i].messages {
		if n != fallback && n > 0 && !d.is(0.5) {
			continue
		}
		list = append(list, object{
			{"id", c.idOf(classNotification, i) + "_" + m.locale}, {"lastModifiedDateTime", modified}, {"locale", m.locale}, {"subject", m.subject}, {"messageTemplate", m.body}, {"isDefault", n == fallback},
		})
	}
	return list
}

func (c *call) conditionalAccess() error {
	return c.singleton("onPremisesConditionalAccessSettings", "deviceManagement/conditionalAccessSettings", object{
		{"id", c.idOf(classExchange, 100)}, {"enabled", false}, {"includedGroups", []string{}}, {"excludedGroups", []string{}}, {"overrideDefaultRule", false},
	})
}
