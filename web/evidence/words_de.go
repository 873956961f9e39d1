package evidence

import (
	"github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/lang"
)

var german = words{
	title: "Was {partner} bei {customer} darf", readOn: "Bei Ihnen gelesen: {date}. Wir lesen es einmal am Tag neu.", readLate: "Zuletzt gelesen: {date}. Das ist zu lange her, um sicher zu sein.",
	download: "Alles herunterladen, was getan wurde", signOut: "Abmelden", devices: "Meine Geräte", never: "nie", nothing: "Nichts.",
	unreadTitle: "Was Sie erlaubt haben, wurde nie vollständig gelesen.", unreadText: "Darum kann diese Seite nicht sagen, was erlaubt ist.",
	problemTitle: "Beim letzten Mal war nicht alles zu sehen.", problemText: "Was hier steht, ist vom letzten vollständigen Lesen.",
	backTitle: "Sie haben Ihre Zustimmung zurückgenommen.", backText: "Wir lesen nichts mehr.",
	readsTitle: "Was das Programm von selbst lesen kann", personsTitle: "Was eine angemeldete Person tun kann",
	grantsTitle: "Was Sie erlaubt haben", surplusTitle: "Erlaubt, aber nicht nötig", surplusNote: "Nichts von dem, was vereinbart ist, braucht das. Sie können es ohne Nachteil zurücknehmen.",
	pastTitle: "Was früher erlaubt war", byProgram: "vom Programm selbst", byPerson: "nur von einer angemeldeten Person", unused: "noch nicht",
	grantColumns: [5]string{"In Microsofts Worten", "Benutzt", "Zuerst gesehen", "Zuletzt gesehen", "Zuletzt benutzt"},
	askedTitle:   "Wer gefragt hat, und was Sie geantwortet haben", nobodyAsked: "Über dieses Portal hat niemand gefragt.",
	askedNote:    "Microsoft sagt uns nicht, welcher Administrator zugestimmt hat. Ihr eigenes Überwachungsprotokoll in Microsoft Entra nennt ihn: Suchen Sie nach „Consent to application“.",
	askedColumns: [4]string{"Wer", "Wann", "Wofür", "Antwort"},
	links:        map[consent.LinkState]string{consent.LinkOpen: "Wartet auf Ihre Antwort", consent.LinkUsed: "Zugestimmt", consent.LinkRevoked: "Vom Partner zurückgezogen", consent.LinkExpired: "Ohne Antwort abgelaufen"},
	peopleTitle:  "Wer Ihre Firma hier sehen kann, und wer etwas getan hat", peopleNote: "Alle Personen von {partner}, die Ihre Seiten jetzt öffnen können, und alle, die etwas getan haben.",
	peopleColumns: [4]string{"Wer", "Darf", "Wie oft", "Zuletzt"},
	roles:         map[tenant.Role]string{tenant.RoleOwner: "lesen, handeln und das Portal leiten", tenant.RoleTechnician: "lesen und handeln", tenant.RoleSupport: "nur lesen"}, noAccess: "–",
	doneTitle: "Was getan wurde", doneNote: "Jede Zeile ist mit der vorigen verkettet. So kann keine unbemerkt geändert werden oder fehlen. Die Datei zum Herunterladen enthält alle.",
	verifyTitle: "So prüfen Sie das ohne uns",
	verify: [3]string{
		"Laden Sie die Datei oben herunter. Sie enthält jede Zeile mit ihrer Prüfsumme.",
		"Starten Sie **tenantry audit verify** mit der Datei. Das Programm ist frei und braucht keine Verbindung zu uns.",
		"Vergleichen Sie die Prüfsumme, die es zeigt, mit der hier unten. Haben Sie sie früher aufgeschrieben, kann niemand das ändern, was davor war.",
	},
	headLabel: "Prüfsumme der Zeile {n}", takeTitle: "So nehmen Sie es zurück", takeText: "Hier können Sie alles auf einmal beenden und entscheiden, was mit den Daten geschieht. Niemand bei {partner} muss zustimmen.", takeButton: "Alles zurücknehmen…",
	remove: [3]string{
		"Öffnen Sie das **Microsoft Entra Admin Center** als Administrator von {customer}.",
		"Gehen Sie zu **Unternehmensanwendungen** und wählen Sie „{program}“.",
		"Öffnen Sie **Eigenschaften** und löschen Sie das Programm. Wollen Sie nur einzelne Namen zurücknehmen, öffnen Sie stattdessen Berechtigungen.",
	},
	acts: map[string]string{
		"tenant.added": "hat Ihre Firma ins Portal aufgenommen", "consent.link.created": "hat einen Link für Ihre Zustimmung gemacht", "consent.link.revoked": "hat einen Link zurückgezogen",
		"consent.plan.changed": "hat geändert, worum wir Sie bitten wollen",
		"consent.link.sent":    "hat Ihnen einen Link per E-Mail geschickt",
		"consent.begun":        "ging von der Seite zu Microsoft", "consent.returned": "kam ohne Zustimmung von Microsoft zurück",
		"consent.unconfirmed": "suchte Ihre Zustimmung und sah sie noch nicht", "consent.read": "las, was Sie erlaubt haben, und es hatte sich geändert",
		"consent.withdrawn": "nahm die Zustimmung zurück", "tenant.erased": "löschte die Daten Ihrer Firma", "signin": "hat sich angemeldet", "signout": "hat sich abgemeldet",
		"sync.requested": "ließ neu lesen", "tenant.tagged": "hat geändert, wie Ihre Firma im Portal einsortiert ist",
		"review.accepted": "nahm einen Punkt einer Prüfung hin", "review.handed": "gab einen Punkt einer Prüfung weiter", "review.reopened": "öffnete einen Punkt einer Prüfung wieder",
		"review.noted": "schrieb eine Notiz zu einer Prüfung", "review.planned": "plante die nächste Prüfung", "review.signed": "schloss eine Prüfung ab",
		"guest.invited": "hat jemanden als Gast zu Ihnen eingeladen", "guest.invited.failed": "wollte jemanden als Gast einladen, was nicht gelang",
		"guest.invited.unknown": "wollte jemanden als Gast einladen; ob es gelang, ist nicht bekannt", "guest.role.given.unknown": "wollte einem Gast eine Verzeichnisrolle geben; ob es gelang, ist nicht bekannt",
		"guest.role.given": "hat einem Gast eine Verzeichnisrolle gegeben", "guest.role.given.failed": "wollte einem Gast eine Verzeichnisrolle geben, was nicht gelang",
	},
	endTitle: "Alles zurücknehmen", endLead: "Das beendet, was {partner} bei {customer} darf. Bitte lesen Sie, was geschieht.",
	ends: [4]string{
		"Wir hören sofort auf zu lesen. Was gerade gelesen wird, ändert nichts mehr.",
		"Offene Links gelten nicht mehr. Die Anmeldungen der Personen von {partner} bei Ihnen vergessen wir sofort. Mehr lässt Microsoft uns nicht tun: Bei Microsoft enden sie, wenn Sie das Programm entfernen.",
		"Wir können unser Programm nicht aus Ihrem Mandanten entfernen, denn es darf nur lesen. Wir zeigen Ihnen, wie es bei Microsoft geht, und prüfen, ob es weg ist.",
		"Sie bekommen eine Seite, die alles beweist. Sie braucht keine Anmeldung. Heben Sie ihre Adresse auf.",
	},
	dataLegend: "Was geschieht mit den Daten, die wir haben?", keep: "Vorerst behalten", keepHint: "Sie bleiben, wie sie sind, bis {date}. Dann löschen wir sie.",
	erase: "Jetzt löschen", eraseHint: "Geräte, Programme, Einstellungen, Namen: alles. Das lässt sich nicht rückgängig machen. Die Liste dessen, was getan wurde, bleibt, damit Sie sie prüfen können.",
	nameLabel: "Tippen Sie den Namen Ihrer Firma: {customer}", nameFault: "Das ist nicht der Name. Tippen Sie ihn so, wie er dasteht: {customer}", dataFault: "Wählen Sie, was mit den Daten geschieht.",
	endButton: "Alles zurücknehmen", cancel: "Zurück, nichts ändern",
	proofTitle: "Sie haben Ihre Zustimmung zurückgenommen", proofLead: "Diese Seite ist Ihr Beweis. Heben Sie ihre Adresse auf, oder drucken Sie sie: Sie braucht keine Anmeldung.",
	facts:   [7]string{"Firma", "Mandantennummer", "Zurückgenommen", "Von", "Daten", "Bei Microsoft", "Gelöscht zwischen"},
	deleted: "Alles gelöscht: {date}", deleting: "Sie werden gerade gelöscht. Diese Seite sieht von selbst wieder nach.", kept: "Behalten bis {date}. Dann werden sie gelöscht.", ended: "Sie haben seitdem neu zugestimmt. Diese Seite zeigt, was war.",
	gone: "Weg. Microsoft kannte unser Programm bei Ihnen nicht mehr ({date}).", still: "Noch da, als wir gefragt haben ({date}).", notAsked: "Wir haben noch keine Antwort von Microsoft.",
	lookAgain: "Microsoft noch einmal fragen", removeTitle: "So entfernen Sie das Programm bei Microsoft",
	tableTitle: "Was gelöscht wurde", tableColumns: [2]string{"Tabelle", "Zeilen"}, total: lang.Plurals{One: "%d Zeile", Other: "%d Zeilen"},
	keptTitle: "Was wir behalten, um das beweisen zu können",
	keptItems: [4]string{"Den Namen und die Nummer Ihrer Firma.", "Die Liste dessen, was getan wurde. Sie können sie prüfen.", "Diese Seite.", "Welche Personen von {partner} Ihre Firma sehen konnten."},
}
