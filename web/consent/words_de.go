package consent

import (
	domain "github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/web/lang"
)

var german = words{
	title:     "{partner} möchte sich um die Geräte von {customer} kümmern",
	lead:      "Sie sind Administrator, also entscheiden Sie. Bitte lesen Sie zuerst diese Seite. Nichts ändert sich, bevor Sie auf der Seite von Microsoft zustimmen, und Sie können es jederzeit zurücknehmen.",
	readTitle: "Was unser Programm lesen kann", readNote: "Es liest von selbst, Tag und Nacht. Es kann nichts ändern.",
	seeTitle: "Was eine angemeldete Person sehen kann", seeNote: "Nur solange diese Person bei Ihnen angemeldet ist.",
	changeTitle: "Was eine Person ändern darf", changeNote: "Nur eine Person mit Namen, die bei Ihnen angemeldet ist. Ihr eigenes Protokoll zeigt, wer es war.",
	changeNone:   "**Nichts.** Wir fragen nicht nach dem Recht, etwas zu ändern.",
	purposeTitle: "Warum wir fragen", purpose: "{partner} kümmert sich um die Geräte und Programme von {customer}. Dafür müssen wir sehen, wie es ihnen geht.",
	keptTitle: "Was wir aufbewahren, und wie lange", kept: [2]string{"Wir bewahren auf, was unser Programm liest: Ihre Geräte, Programme und Einstellungen, mit den Namen der Personen, um die es geht. Auch eine Liste dessen, was unsere Leute bei Ihnen tun, bewahren wir auf.", "Änderungen bewahren wir **{days} Tage** auf. Wenn Sie Ihre Zustimmung zurücknehmen, lesen wir nichts mehr, und Sie entscheiden: Wir löschen, was wir haben, sofort oder nach {days} Tagen. Nur die Liste dessen, was getan wurde, bleibt, als Nachweis für Sie und für uns."},
	twice:      "Microsoft fragt Sie **mehr als einmal**: zuerst für das Programm, dann für das, was eine Person tun darf. Nach dem ersten Mal können Sie aufhören.",
	step:       text{"Noch ein Schritt", "Wir haben am {date} bei Ihnen nachgesehen. Das Programm kann jetzt lesen. Microsoft muss Sie noch fragen, was eine angemeldete Person tun darf.", "Gehen Sie weiter und lesen Sie die nächste Liste. Sie können auch hier aufhören."},
	neverTitle: "Wonach wir nie fragen",
	never:      [3]string{"E-Mails, Kalender, Chats und Dateien. Wir können sie nicht öffnen.", "Passwörter. Ihres tippen Sie nur auf der Seite von Microsoft ein.", "Das Recht, Administratoren hinzuzufügen oder uns selbst mehr Rechte zu geben."},
	nextTitle:  "Wie es weitergeht",
	next: [3]string{
		"Sie gehen zu **{host}** und melden sich als Administrator von {customer} an.",
		"Microsoft zeigt die Liste noch einmal in eigenen Worten. Das Programm heißt **„{program}“**. Wenn Sie einen anderen Namen sehen, hören Sie auf und fragen Sie uns. Nichts ist erlaubt, bevor Sie dort „Akzeptieren“ wählen.",
		"Sie kommen hierher zurück. Wir prüfen bei Ihnen, was Sie wirklich erlaubt haben, und Sie bekommen einen **Beleg**.",
	},
	agree: "Weiter zu Microsoft", disagree: "Ich stimme nicht zu", notSure: "Nicht sicher? Schicken Sie diese Seite an eine Kollegin oder einen Kollegen. Das Öffnen verbraucht den Link nicht.",
	who: "Wer fragt", forWhom: "Für", number: "Ihre Mandantennummer", until: "Dieser Link gilt bis",
	questions: "Fragen", takeBack: "So nehmen Sie es zurück", takeBackText: "Auf Ihrer Nachweisseite, oder in Microsoft Entra unter Unternehmensanwendungen.",
	message: "Eine Nachricht von {who}", application: "das Programm liest von selbst", delegated: "delegiert: nur mit einer angemeldeten Person",
	evidence: "Nachweisseite öffnen", tryAgain: "Die Seite noch einmal öffnen", works: "Was jetzt geht", notYet: "Was nicht geht",
	receipt:   receiptWords{readOn: "Gelesen", granted: "Erlaubt, in Microsofts Worten", who: "Wer zugestimmt hat", whoText: "Microsoft sagt uns nicht, welcher Administrator zugestimmt hat. Ihr eigenes Überwachungsprotokoll in Microsoft Entra nennt ihn.", head: "Prüfsumme dessen, was getan wurde, Zeile {n}", verify: "Um später zu prüfen, laden Sie die Liste auf Ihrer Nachweisseite herunter, starten Sie „tenantry audit verify“ und vergleichen Sie Zeile {n}. Drucken Sie diese Seite, um sie aufzuheben."},
	takeOther: "Sie haben früher unserem Programm „{name}“ zugestimmt (Anwendungs-ID {id}). Wir arbeiten jetzt mit einem anderen und brauchen es nicht mehr.\n\nEin Administrator von {customer} kann die Zustimmung in Microsoft Entra zurücknehmen: Unternehmensanwendungen, „{name}“, Eigenschaften, Löschen.", otherHolds: "Es hat noch diese Berechtigungen:",
	mailSubject: "{partner} bittet um Ihre Zustimmung",
	mailText:    "Guten Tag,\n\n{partner} bittet Sie als Administrator von {customer}, dem Programm „{program}“ zu erlauben, sich um Ihre Geräte zu kümmern. Die Seite hinter diesem Link sagt, was wir lesen, wonach wir nie fragen und wie Sie es zurücknehmen:\n\n{link}\n\nDer Link gilt bis {date}. Das Öffnen verbraucht ihn nicht.\n\n{contact}",
	names:       lang.Plurals{One: "Der %d Name in Microsofts Worten", Other: "Die %d Namen in Microsofts Worten"},
	more:        lang.Plurals{One: "Microsoft zeigt eine Liste für alle Kunden, und Sie können sie nur als Ganzes annehmen. Sie hat noch %d Namen, den wir bei Ihnen nicht benutzen.", Other: "Microsoft zeigt eine Liste für alle Kunden, und Sie können sie nur als Ganzes annehmen. Sie hat noch %d Namen, die wir bei Ihnen nicht benutzen."},
	outcome: map[domain.Result]text{
		domain.Connected:   {"{customer} ist verbunden", "Wir haben bei Ihnen nachgesehen ({date}): Alles auf der Liste ist erlaubt.", "Heben Sie Ihre Nachweisseite auf. Sie zeigt, was wir lesen dürfen und wie Sie es zurücknehmen."},
		domain.Partial:     {"{customer} ist teilweise verbunden", "Wir haben bei Ihnen nachgesehen ({date}). Ein Teil der Liste ist erlaubt, ein anderer nicht.", "Fragen Sie {partner}, ob der Rest nötig ist. Sie können es auch so lassen."},
		domain.Waiting:     {"Ihre Antwort ist angekommen", "Microsoft verteilt sie gerade. Bei Ihnen sehen wir sie noch nicht.", "Warten Sie ein paar Minuten. Diese Seite sieht von selbst wieder nach, und Sie dürfen sie schließen."},
		domain.Unproven:    {"Wir sehen Ihre Zustimmung nicht", "Sie sind von Microsoft zurückgekommen, aber bei Ihnen gibt es keine Zustimmung für unser Programm.", "Öffnen Sie die Seite noch einmal und wählen Sie bei Microsoft „Akzeptieren“."},
		domain.Declined:    {"Sie haben nicht zugestimmt", "Nichts wurde erlaubt, und bei {customer} hat sich nichts geändert.", "Wenn Sie es sich anders überlegen, öffnen Sie die Seite noch einmal. Sie gilt bis {until}."},
		domain.NeedsAdmin:  {"Sie dürfen das nicht entscheiden", "Microsoft sagt, dass Ihr Konto nicht für die ganze Firma zustimmen darf. Nichts hat sich geändert.", "Schicken Sie den Link an einen globalen Administrator von {customer}."},
		domain.WrongTenant: {"Sie waren bei einer anderen Firma angemeldet", "Dieser Link ist für {customer} (Mandant {number}). Angemeldet waren Sie beim Mandanten {other}. Bei {customer} wurde nichts erlaubt.", "Öffnen Sie die Seite noch einmal und melden Sie sich mit Ihrem Konto bei {customer} an."},
		domain.Refused:     {"Microsoft ist nicht fertig geworden", "Microsoft hat Sie ohne Antwort zurückgeschickt{code}. Bei {customer} hat sich nichts geändert.", "Öffnen Sie die Seite noch einmal. Wenn es wieder passiert, rufen Sie {partner} an."},
		domain.Expired:     {"Das hat zu lange gedauert", "Zwischen der Seite und Ihrer Antwort lag mehr als eine Stunde, deshalb gilt sie nicht.", "Öffnen Sie die Seite noch einmal. Sie gilt bis {until}."},
		domain.Revoked:     {"Dieser Link wurde zurückgezogen", "{partner} hat den Link zurückgezogen, während Sie bei Microsoft waren. Wir haben bei Ihnen nicht nachgesehen.", "Bitten Sie {partner} um einen neuen Link."},
		domain.Used:        {"Diese Antwort wurde schon benutzt", "Sie zählt nur einmal. Was sie bewirkt hat, bleibt so.", "Öffnen Sie Ihre Nachweisseite, um zu sehen, was erlaubt ist."},
		domain.Unknown:     {"Wir kennen diese Antwort nicht", "Sie gehört zu keiner Zustimmung, die hier begonnen hat. Nichts wurde geändert.", "Öffnen Sie den Link, den Sie bekommen haben, und beginnen Sie dort."},
	},
	gone: map[domain.LinkState]text{
		domain.LinkExpired: {"Dieser Link gilt nicht mehr", "Er galt bis {until}. Nichts hat sich geändert.", "Bitten Sie {partner} um einen neuen Link."},
		domain.LinkRevoked: {"Dieser Link wurde zurückgezogen", "{partner} braucht ihn nicht mehr. Nichts hat sich geändert.", "Fragen Sie {partner}, wenn Sie etwas anderes erwartet haben."},
		domain.LinkUsed:    {"Dieser Link wurde schon benutzt", "Mit ihm wurde zugestimmt. Er gilt nur einmal.", "Öffnen Sie Ihre Nachweisseite, um zu sehen, was erlaubt ist."},
	},
	notFound: text{"Wir kennen diesen Link nicht", "Vielleicht ist er abgeschnitten oder falsch getippt.", "Kopieren Sie den ganzen Link aus der Nachricht, die Sie bekommen haben."},
}
