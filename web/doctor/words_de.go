package doctor

import (
	"github.com/tenantry/tenantry/internal/diagnose"
	"github.com/tenantry/tenantry/web/lang"
)

var german = words{
	hello: "Guten Tag,", intro: "wir wollten für {customer} etwas lesen oder ändern. Microsoft hat es nicht erlaubt.", help: "Was hilft:", thanks: "Vielen Dank\n{person}, {partner}",
	times:   lang.Plurals{One: "Es ist seit {date} %d Mal gescheitert.", Other: "Es ist seit {date} %d Mal gescheitert."},
	numbers: "Für die Person, die es prüft:", tenant: "Mandant", request: "Anforderungs-ID", activity: "Aktivitäts-ID", code: "Code von Microsoft", at: "Zeit",
	causes: map[diagnose.Cause]told{
		diagnose.CauseSecretWrong:    {"Microsoft nimmt das Geheimnis unseres Programms nicht an. Das hält die Arbeit für alle Kunden auf.", "Prüfen Sie den geheimen Clientschlüssel in den Einstellungen des Portals. Geben Sie seinen Wert ein, nicht seine ID."},
		diagnose.CauseSecretExpired:  {"Das Geheimnis unseres Programms ist abgelaufen. Das hält die Arbeit für alle Kunden auf.", "Machen Sie in der App-Registrierung ein neues Geheimnis oder, besser, ein Zertifikat, und geben Sie es in den Einstellungen des Portals ein."},
		diagnose.CauseCertificate:    {"Microsoft kennt das Zertifikat unseres Programms nicht. Das hält die Arbeit für alle Kunden auf.", "Laden Sie das Zertifikat in die App-Registrierung hoch."},
		diagnose.CauseAccountUnknown: {"Unser Konto ist nicht in Ihrem Mandanten.", "Bitte laden Sie das Konto als Gast ein, oder geben Sie uns Zugriff durch eine Partnerbeziehung (GDAP)."},
		diagnose.CauseAccountGone:    {"Unser Konto ist nicht mehr in Ihrem Mandanten.", "Bitte laden Sie es noch einmal als Gast ein, oder geben Sie uns Zugriff durch eine Partnerbeziehung (GDAP)."},
		diagnose.CauseAccountOff:     {"Unser Konto ist in Ihrem Mandanten ausgeschaltet oder gelöscht.", "Bitte schalten Sie es in Microsoft Entra unter Benutzer wieder ein."},
		diagnose.CauseNotAssigned:    {"Unser Konto darf unser Programm in Ihrem Mandanten nicht benutzen.", "Bitte öffnen Sie Microsoft Entra, Unternehmensanwendungen, unser Programm, Benutzer und Gruppen, und fügen Sie das Konto hinzu."},
		diagnose.CausePolicy:         {"Eine Richtlinie für bedingten Zugriff in Ihrem Mandanten sperrt unsere Anmeldung.", "Bitte suchen Sie den Namen der Richtlinie in den Anmeldeprotokollen von Microsoft Entra. Entscheiden Sie dann, ob Sie für uns eine Ausnahme machen."},
		diagnose.CauseProgramBlocked: {"Eine Richtlinie für bedingten Zugriff in Ihrem Mandanten sperrt unser Programm.", "Bitte suchen Sie den Namen der Richtlinie in Microsoft Entra, Anmeldeprotokolle, Dienstprinzipalanmeldungen. Entscheiden Sie dann, ob Sie für uns eine Ausnahme machen."},
		diagnose.CauseHomeBlocks:     {"Unser eigener Mandant erlaubt unseren Leuten nicht, sich dort anzumelden.", "Erlauben Sie es in Microsoft Entra, Mandantenübergreifende Zugriffseinstellungen, Ausgehender Zugriff."},
		diagnose.CauseTheyBlock:      {"Ihr Mandant erlaubt unseren Leuten nicht, sich anzumelden.", "Bitte erlauben Sie es in Microsoft Entra, Mandantenübergreifende Zugriffseinstellungen, Eingehender Zugriff."},
		diagnose.CauseProgramUnknown: {"Ihr Mandant kennt unser Programm nicht. Noch niemand hat zugestimmt, oder die Zustimmung wurde zurückgenommen.", "Bitte öffnen Sie den Link zur Zustimmung, den wir Ihnen schicken, und stimmen Sie zu. Haben Sie in der letzten Stunde zugestimmt, dann warten Sie bitte zuerst."},
		diagnose.CauseProgramGone:    {"Unser Programm ist nicht mehr in Ihrem Mandanten, oder es ist dort ausgeschaltet.", "Bitte öffnen Sie den Link zur Zustimmung, den wir Ihnen schicken, und stimmen Sie zu. Oder schalten Sie das Programm in Microsoft Entra unter Unternehmensanwendungen ein."},
		diagnose.CauseProgramOff:     {"Unser Programm ist in Ihrem Mandanten ausgeschaltet.", "Bitte öffnen Sie Microsoft Entra, Unternehmensanwendungen, unser Programm, Eigenschaften, und erlauben Sie die Anmeldung wieder."},
		diagnose.CauseNotAgreed:      {"In Ihrem Unternehmen hat noch niemand dem zugestimmt, was wir brauchen.", "Bitte öffnen Sie den Link zur Zustimmung, den wir Ihnen schicken, und stimmen Sie zu."},
		diagnose.CauseNeedsAdmin:     {"Nur ein Administrator Ihres Unternehmens darf dem zustimmen, was wir brauchen.", "Bitte geben Sie unseren Link zur Zustimmung einem globalen Administrator Ihres Unternehmens."},
		diagnose.CauseDeclined:       {"Die Zustimmung wurde abgelehnt.", "War das ein Versehen, dann sagen Sie es uns bitte. Wir schicken Ihnen einen neuen Link."},
		diagnose.CauseScopeMissing:   {"Ihr Unternehmen hat uns die Berechtigung {permission} nicht gegeben.", "Bitte öffnen Sie den Link zur Zustimmung, den wir Ihnen schicken, und stimmen Sie zu."},
		diagnose.CauseScopeKind:      {"Ihr Unternehmen hat uns die Berechtigung {permission} gegeben, aber in einer Form, die hierfür nicht gilt.", "Bitte öffnen Sie den Link zur Zustimmung, den wir Ihnen schicken, und stimmen Sie zu."},
		diagnose.CauseScopeOrRole:    {"Uns fehlt eine Berechtigung oder eine Rolle. Welche, wissen wir noch nicht.", "Bitte sagen Sie uns, ob Sie unsere Rollen oder unser Programm geändert haben. Wir prüfen inzwischen unsere Berechtigungen."},
		diagnose.CauseDirectoryRole:  {"Unser Konto hat in Ihrem Mandanten keine Rolle, die das erlaubt.", "Bitte geben Sie ihm die nötige Rolle in Microsoft Entra, Rollen und Administratoren."},
		diagnose.CauseIntuneRole:     {"Unser Konto hat in Intune keine Rolle, die das erlaubt.", "Bitte geben Sie ihm eine Rolle im Intune Admin Center, Mandantenverwaltung, Rollen. Oder geben Sie ihm die Verzeichnisrolle Intune-Administrator."},
		diagnose.CauseScopeTag:       {"Unsere Rolle in Intune darf dieses Objekt nicht sehen, oder das Objekt gibt es nicht mehr.", "Bitte öffnen Sie das Intune Admin Center, Mandantenverwaltung, Rollen, und fügen Sie unserer Rollenzuweisung das Bereichstag des Objekts hinzu."},
		diagnose.CauseGDAPEnded:      {"Unsere Partnerbeziehung (GDAP) mit Ihnen ist beendet.", "Bitte genehmigen Sie eine neue. Wir schicken Ihnen den Link."},
		diagnose.CauseGDAPRole:       {"Unsere Partnerbeziehung (GDAP) mit Ihnen enthält die Rolle nicht, die wir brauchen.", "Bitte genehmigen Sie eine neue mit der Rolle Intune-Administrator. Wir schicken Ihnen den Link."},
		diagnose.CauseGDAPGroup:      {"Die Partnerbeziehung (GDAP) hat die richtige Rolle. Aber eine Person von uns ist in keiner Gruppe, die sie hält.", "Nehmen Sie die Person in Microsoft Entra in die Gruppe auf. Danach meldet sie sich neu an."},
		diagnose.CauseUnlicensed:     {"Ihr Unternehmen hat keine Lizenz für diesen Dienst von Microsoft.", "Bitte prüfen Sie Ihre Lizenzen. Ohne Lizenz können wir das nicht für Sie tun."},
		diagnose.CauseNoIntune:       {"Ihr Unternehmen hat keine Lizenz für Microsoft Intune.", "Bitte prüfen Sie Ihre Lizenzen. Ohne Lizenz können wir keine Geräte für Sie betreuen."},
		diagnose.CauseServiceMissing: {"Ihr Mandant hat den Dienst von Microsoft nicht, der dafür nötig ist.", "Bitte prüfen Sie Ihre Lizenzen. Ohne Lizenz können wir das nicht für Sie tun."},
		diagnose.CauseDefender:       {"Microsoft Defender ist in Ihrem Mandanten nicht eingerichtet, oder unser Konto hat dort keine Rolle.", "Bitte öffnen Sie das Portal von Microsoft Defender einmal, und prüfen Sie dort unter Berechtigungen unsere Rolle."},
		diagnose.CauseApproval:       {"Intune wartet, bis ein zweiter Administrator zustimmt.", "Bitte öffnen Sie das Intune Admin Center, Mandantenverwaltung, Genehmigung durch mehrere Administratoren, und genehmigen Sie die Anfrage. Sie endet nach drei Tagen."},
		diagnose.CauseRequest:        {"Microsoft nimmt nicht an, was unser Portal schickt. Das ist wahrscheinlich ein Fehler im Portal.", "Melden Sie es den Herstellern des Portals mit der Anforderungs-ID."},
	},
}
