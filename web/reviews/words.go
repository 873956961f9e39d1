package reviews

import (
	"strconv"
	"strings"

	"github.com/tenantry/tenantry/internal/permission"
	"github.com/tenantry/tenantry/internal/review"
)

// plurals are a sentence about one and about several; without the second the number plays no part.
type plurals struct{ one, other string }

// say is a finding in words, in the language of the report.
func say(l permission.Lang, f review.Finding) string {
	p, ok := kindWords[l][f.Kind]
	if !ok {
		return f.Kind // kept by a later version of the portal
	}
	text := p.one
	if f.Count != 1 && p.other != "" {
		text = p.other
	}
	return strings.NewReplacer("{n}", strconv.FormatInt(f.Count, 10), "{what}", f.What).Replace(text)
}

// reportWords are the rest of a report.
type reportWords struct {
	title, lead, found, nothing, open, accepted, handed, notes, next, devices, unknown, read, check, checkText, signed string
}

// fill puts values into a sentence.
func fill(text string, pairs ...string) string { return strings.NewReplacer(pairs...).Replace(text) }

var inLang = map[permission.Lang]reportWords{
	permission.English: {
		title:     "Review of {customer}",
		lead:      "{partner} looked at your tenant on {date}. This is what was known on that day.",
		found:     "What we found",
		nothing:   "Nothing was found that needs you or us.",
		open:      "Open",
		accepted:  "Accepted until {until}: {why}",
		handed:    "We look after it: {holder}",
		notes:     "Notes",
		next:      "Next review",
		devices:   "Devices",
		unknown:   "not known",
		read:      "Read on {date}",
		check:     "How to check this report",
		checkText: "Its fingerprint is {hash}. It stands in the record of what was done in your tenant, which you can download on your evidence page and check with tenantry audit verify.",
		signed:    "Review {n}, signed off by {by}",
	},
	permission.French: {
		title:     "Bilan de {customer}",
		lead:      "{partner} a examiné votre locataire le {date}. Voici ce qui était connu ce jour-là.",
		found:     "Ce que nous avons trouvé",
		nothing:   "Rien n’a été trouvé qui demande votre attention ou la nôtre.",
		open:      "À traiter",
		accepted:  "Accepté jusqu’au {until} : {why}",
		handed:    "Nous nous en occupons : {holder}",
		notes:     "Remarques",
		next:      "Prochain bilan",
		devices:   "Appareils",
		unknown:   "inconnu",
		read:      "Lu le {date}",
		check:     "Comment vérifier ce bilan",
		checkText: "Son empreinte est {hash}. Elle figure dans le registre de ce qui a été fait chez vous, que vous pouvez télécharger sur votre page de preuves et vérifier avec tenantry audit verify.",
		signed:    "Bilan {n}, signé par {by}",
	},
	permission.German: {
		title:     "Überprüfung von {customer}",
		lead:      "{partner} hat Ihren Mandanten am {date} angesehen. Das war an diesem Tag bekannt.",
		found:     "Was wir gefunden haben",
		nothing:   "Es wurde nichts gefunden, das Sie oder uns braucht.",
		open:      "Offen",
		accepted:  "Hingenommen bis {until}: {why}",
		handed:    "Wir kümmern uns darum: {holder}",
		notes:     "Notizen",
		next:      "Nächste Überprüfung",
		devices:   "Geräte",
		unknown:   "nicht bekannt",
		read:      "Gelesen am {date}",
		check:     "So prüfen Sie diesen Bericht",
		checkText: "Sein Fingerabdruck ist {hash}. Er steht im Verzeichnis dessen, was bei Ihnen getan wurde. Sie können es auf Ihrer Belegseite herunterladen und mit tenantry audit verify prüfen.",
		signed:    "Überprüfung {n}, abgezeichnet von {by}",
	},
	permission.Spanish: {
		title:     "Revisión de {customer}",
		lead:      "{partner} miró su inquilino el {date}. Esto es lo que se sabía ese día.",
		found:     "Lo que encontramos",
		nothing:   "No se encontró nada que le necesite a usted o a nosotros.",
		open:      "Abierto",
		accepted:  "Aceptado hasta el {until}: {why}",
		handed:    "Nos ocupamos: {holder}",
		notes:     "Notas",
		next:      "Próxima revisión",
		devices:   "Dispositivos",
		unknown:   "no se sabe",
		read:      "Leído el {date}",
		check:     "Cómo comprobar este informe",
		checkText: "Su huella es {hash}. Está en el registro de lo que se hizo en su empresa, que puede descargar en su página de pruebas y comprobar con tenantry audit verify.",
		signed:    "Revisión {n}, firmada por {by}",
	},
	permission.Dutch: {
		title:     "Controle van {customer}",
		lead:      "{partner} heeft op {date} naar uw tenant gekeken. Dit was op die dag bekend.",
		found:     "Wat wij vonden",
		nothing:   "Er is niets gevonden dat u of ons nodig heeft.",
		open:      "Open",
		accepted:  "Aanvaard tot {until}: {why}",
		handed:    "Wij zorgen ervoor: {holder}",
		notes:     "Notities",
		next:      "Volgende controle",
		devices:   "Apparaten",
		unknown:   "niet bekend",
		read:      "Gelezen op {date}",
		check:     "Zo controleert u dit verslag",
		checkText: "De vingerafdruk is {hash}. Die staat in het overzicht van wat bij u is gedaan. U kunt dat op uw bewijspagina downloaden en met tenantry audit verify controleren.",
		signed:    "Controle {n}, afgetekend door {by}",
	},
	permission.Greek: {
		title:     "Έλεγχος της {customer}",
		lead:      "Η {partner} κοίταξε τον μισθωτή σας στις {date}. Αυτά ήταν γνωστά εκείνη την ημέρα.",
		found:     "Τι βρήκαμε",
		nothing:   "Δεν βρέθηκε τίποτα που να χρειάζεται εσάς ή εμάς.",
		open:      "Ανοιχτό",
		accepted:  "Αποδεκτό έως {until}: {why}",
		handed:    "Το φροντίζουμε: {holder}",
		notes:     "Σημειώσεις",
		next:      "Επόμενος έλεγχος",
		devices:   "Συσκευές",
		unknown:   "άγνωστο",
		read:      "Διαβάστηκε στις {date}",
		check:     "Πώς ελέγχετε αυτή την έκθεση",
		checkText: "Το αποτύπωμά της είναι {hash}. Υπάρχει στο αρχείο όσων έγιναν στην εταιρεία σας, που μπορείτε να κατεβάσετε από τη σελίδα αποδείξεων και να ελέγξετε με το tenantry audit verify.",
		signed:    "Έλεγχος {n}, υπογεγραμμένος από {by}",
	},
}

var kindWords = map[permission.Lang]map[string]plurals{
	permission.English: {
		kindWithdrawn:    {"You took your consent back. Nothing is read any more.", ""},
		kindMissing:      {"{n} permission that was agreed on is missing.", "{n} permissions that were agreed on are missing."},
		kindSurplus:      {"{n} permission is granted that nothing needs.", "{n} permissions are granted that nothing needs."},
		kindGrantsUnread: {"What is granted was never read completely.", ""},
		kindUnread:       {"Not read: {what}.", ""},
		kindLate:         {"Read too long ago: {what}.", ""},
		kindEnded:        {"{what} has ended.", ""},
		kindEnding:       {"{what} ends soon.", ""},
		kindNoncompliant: {"{n} device does not follow the rules.", "{n} devices do not follow the rules."},
		kindSilent:       {"{n} device was silent for more than 30 days.", "{n} devices were silent for more than 30 days."},
		kindQuarantine:   {"The copying of accounts to {what} is stopped.", ""},
		kindJobTrouble:   {"The copying of accounts to {what} has errors.", ""},
		kindInstalls:     {"{n} app failed on some devices.", "{n} apps failed on some devices."},
		kindMalware:      {"Malware is active on {n} device.", "Malware is active on {n} devices."},
		kindProtection:   {"{n} Windows device has a gap in its protection.", "{n} Windows devices have gaps in their protection."},
	},
	permission.French: {
		kindWithdrawn:    {"Vous avez retiré votre accord. Plus rien n’est lu.", ""},
		kindMissing:      {"{n} autorisation convenue manque.", "{n} autorisations convenues manquent."},
		kindSurplus:      {"{n} autorisation est accordée sans être utile.", "{n} autorisations sont accordées sans être utiles."},
		kindGrantsUnread: {"Ce qui est accordé n’a jamais été lu en entier.", ""},
		kindUnread:       {"Non lu : {what}.", ""},
		kindLate:         {"Lu il y a trop longtemps : {what}.", ""},
		kindEnded:        {"{what} a expiré.", ""},
		kindEnding:       {"{what} expire bientôt.", ""},
		kindNoncompliant: {"{n} appareil ne suit pas les règles.", "{n} appareils ne suivent pas les règles."},
		kindSilent:       {"{n} appareil n’a pas donné signe de vie depuis plus de 30 jours.", "{n} appareils n’ont pas donné signe de vie depuis plus de 30 jours."},
		kindQuarantine:   {"La copie des comptes vers {what} est arrêtée.", ""},
		kindJobTrouble:   {"La copie des comptes vers {what} a des erreurs.", ""},
		kindInstalls:     {"{n} application a échoué sur des appareils.", "{n} applications ont échoué sur des appareils."},
		kindMalware:      {"Un logiciel malveillant est actif sur {n} appareil.", "Un logiciel malveillant est actif sur {n} appareils."},
		kindProtection:   {"{n} appareil Windows est mal protégé.", "{n} appareils Windows sont mal protégés."},
	},
	permission.German: {
		kindWithdrawn:    {"Sie haben Ihre Zustimmung zurückgenommen. Es wird nichts mehr gelesen.", ""},
		kindMissing:      {"{n} vereinbarte Berechtigung fehlt.", "{n} vereinbarte Berechtigungen fehlen."},
		kindSurplus:      {"{n} Berechtigung ist erteilt, die niemand braucht.", "{n} Berechtigungen sind erteilt, die niemand braucht."},
		kindGrantsUnread: {"Was erteilt ist, wurde nie ganz gelesen.", ""},
		kindUnread:       {"Nicht gelesen: {what}.", ""},
		kindLate:         {"Vor zu langer Zeit gelesen: {what}.", ""},
		kindEnded:        {"{what} ist abgelaufen.", ""},
		kindEnding:       {"{what} läuft bald ab.", ""},
		kindNoncompliant: {"{n} Gerät hält die Regeln nicht ein.", "{n} Geräte halten die Regeln nicht ein."},
		kindSilent:       {"{n} Gerät hat sich seit mehr als 30 Tagen nicht gemeldet.", "{n} Geräte haben sich seit mehr als 30 Tagen nicht gemeldet."},
		kindQuarantine:   {"Das Kopieren von Konten nach {what} steht.", ""},
		kindJobTrouble:   {"Das Kopieren von Konten nach {what} hat Fehler.", ""},
		kindInstalls:     {"{n} App ist auf Geräten gescheitert.", "{n} Apps sind auf Geräten gescheitert."},
		kindMalware:      {"Schadsoftware ist auf {n} Gerät aktiv.", "Schadsoftware ist auf {n} Geräten aktiv."},
		kindProtection:   {"{n} Windows-Gerät ist nicht ganz geschützt.", "{n} Windows-Geräte sind nicht ganz geschützt."},
	},
	permission.Spanish: {
		kindWithdrawn:    {"Usted retiró su consentimiento. Ya no se lee nada.", ""},
		kindMissing:      {"Falta {n} permiso acordado.", "Faltan {n} permisos acordados."},
		kindSurplus:      {"{n} permiso está concedido sin que nada lo necesite.", "{n} permisos están concedidos sin que nada los necesite."},
		kindGrantsUnread: {"Lo concedido nunca se leyó por completo.", ""},
		kindUnread:       {"No leído: {what}.", ""},
		kindLate:         {"Leído hace demasiado tiempo: {what}.", ""},
		kindEnded:        {"{what} ha caducado.", ""},
		kindEnding:       {"{what} caduca pronto.", ""},
		kindNoncompliant: {"{n} dispositivo no cumple las reglas.", "{n} dispositivos no cumplen las reglas."},
		kindSilent:       {"{n} dispositivo no ha dado señales en más de 30 días.", "{n} dispositivos no han dado señales en más de 30 días."},
		kindQuarantine:   {"La copia de cuentas a {what} está parada.", ""},
		kindJobTrouble:   {"La copia de cuentas a {what} tiene errores.", ""},
		kindInstalls:     {"{n} aplicación falló en algunos dispositivos.", "{n} aplicaciones fallaron en algunos dispositivos."},
		kindMalware:      {"Hay software malicioso activo en {n} dispositivo.", "Hay software malicioso activo en {n} dispositivos."},
		kindProtection:   {"{n} dispositivo Windows no está bien protegido.", "{n} dispositivos Windows no están bien protegidos."},
	},
	permission.Dutch: {
		kindWithdrawn:    {"U hebt uw toestemming ingetrokken. Er wordt niets meer gelezen.", ""},
		kindMissing:      {"{n} afgesproken machtiging ontbreekt.", "{n} afgesproken machtigingen ontbreken."},
		kindSurplus:      {"{n} machtiging is verleend die niemand nodig heeft.", "{n} machtigingen zijn verleend die niemand nodig heeft."},
		kindGrantsUnread: {"Wat is verleend, is nooit helemaal gelezen.", ""},
		kindUnread:       {"Niet gelezen: {what}.", ""},
		kindLate:         {"Te lang geleden gelezen: {what}.", ""},
		kindEnded:        {"{what} is verlopen.", ""},
		kindEnding:       {"{what} verloopt binnenkort.", ""},
		kindNoncompliant: {"{n} apparaat volgt de regels niet.", "{n} apparaten volgen de regels niet."},
		kindSilent:       {"{n} apparaat heeft zich meer dan 30 dagen niet gemeld.", "{n} apparaten hebben zich meer dan 30 dagen niet gemeld."},
		kindQuarantine:   {"Het kopiëren van accounts naar {what} staat stil.", ""},
		kindJobTrouble:   {"Het kopiëren van accounts naar {what} heeft fouten.", ""},
		kindInstalls:     {"{n} app is mislukt op apparaten.", "{n} apps zijn mislukt op apparaten."},
		kindMalware:      {"Er is malware actief op {n} apparaat.", "Er is malware actief op {n} apparaten."},
		kindProtection:   {"{n} Windows-apparaat is niet helemaal beschermd.", "{n} Windows-apparaten zijn niet helemaal beschermd."},
	},
	permission.Greek: {
		kindWithdrawn:    {"Πήρατε πίσω τη συγκατάθεσή σας. Δεν διαβάζεται πια τίποτα.", ""},
		kindMissing:      {"Λείπει {n} άδεια που είχε συμφωνηθεί.", "Λείπουν {n} άδειες που είχαν συμφωνηθεί."},
		kindSurplus:      {"Έχει δοθεί {n} άδεια που δεν χρειάζεται.", "Έχουν δοθεί {n} άδειες που δεν χρειάζονται."},
		kindGrantsUnread: {"Όσα έχουν επιτραπεί δεν διαβάστηκαν ποτέ ολόκληρα.", ""},
		kindUnread:       {"Δεν διαβάστηκε: {what}.", ""},
		kindLate:         {"Διαβάστηκε πριν από πολύ καιρό: {what}.", ""},
		kindEnded:        {"{what} έληξε.", ""},
		kindEnding:       {"{what} λήγει σύντομα.", ""},
		kindNoncompliant: {"{n} συσκευή δεν ακολουθεί τους κανόνες.", "{n} συσκευές δεν ακολουθούν τους κανόνες."},
		kindSilent:       {"{n} συσκευή δεν έδωσε σημεία ζωής για περισσότερες από 30 ημέρες.", "{n} συσκευές δεν έδωσαν σημεία ζωής για περισσότερες από 30 ημέρες."},
		kindQuarantine:   {"Η αντιγραφή λογαριασμών προς {what} έχει σταματήσει.", ""},
		kindJobTrouble:   {"Η αντιγραφή λογαριασμών προς {what} έχει σφάλματα.", ""},
		kindInstalls:     {"{n} εφαρμογή απέτυχε σε συσκευές.", "{n} εφαρμογές απέτυχαν σε συσκευές."},
		kindMalware:      {"Κακόβουλο λογισμικό είναι ενεργό σε {n} συσκευή.", "Κακόβουλο λογισμικό είναι ενεργό σε {n} συσκευές."},
		kindProtection:   {"{n} συσκευή Windows δεν προστατεύεται πλήρως.", "{n} συσκευές Windows δεν προστατεύονται πλήρως."},
	},
}
