package permission

import "strings"

// Lang is a language that customers can read the consent pages in.
type Lang string

// The six languages, in the order of the chooser.
const (
	English Lang = "en"
	French  Lang = "fr"
	German  Lang = "de"
	Spanish Lang = "es"
	Dutch   Lang = "nl"
	Greek   Lang = "el"
)

// Languages are all of them; the first is the fallback.
var Languages = []Lang{English, French, German, Spanish, Dutch, Greek}

// Known tells whether l is one of the six.
func (l Lang) Known() bool {
	for _, k := range Languages {
		if k == l {
			return true
		}
	}
	return false
}

// LanguageOf guesses the language of a country's administrators (ISO 3166-1 alpha-2); forms show it for a person to change.
func LanguageOf(country string) Lang {
	switch country {
	case "FR", "LU", "MC":
		return French
	case "DE", "AT", "CH", "LI":
		return German
	case "ES", "MX", "AR", "CO", "CL", "PE":
		return Spanish
	case "NL", "BE":
		return Dutch
	case "GR", "CY":
		return Greek
	}
	return English
}

// Sentence is one line for people, at most B1. One part may stand between double asterisks: what to see first.
type Sentence string

// Parts are the text before, inside and after the asterisks.
func (s Sentence) Parts() (before, strong, after string) {
	before, rest, found := strings.Cut(string(s), "**")
	if !found {
		return before, "", ""
	}
	strong, after, _ = strings.Cut(rest, "**")
	return before, strong, after
}

// Plain is the sentence without asterisks.
func (s Sentence) Plain() string { return strings.ReplaceAll(string(s), "**", "") }

// Text is what a feature is called and what it means for the customer.
type Text struct {
	Name     string   // short, for lists: "Devices"
	Sentence Sentence // for the consent page
}

// In is the feature's text in a language; an unknown language reads English.
func (f Feature) In(l Lang) Text {
	if !l.Known() {
		l = English
	}
	return texts[l][f]
}

var texts = map[Lang]map[Feature]Text{
	English: {
		Devices:             {"Devices", "Your **phones and computers**: name, model, owner, and if they are safe."},
		Apps:                {"Apps", "Which **apps** are installed, and who should have them."},
		Configuration:       {"Device rules", "Your **device rules**, for example “the disk must be encrypted”."},
		Roles:               {"Device administrators", "Who in your company may **manage devices**, and with which rights."},
		Services:            {"Certificates and tokens", "When **certificates and tokens** end, so that we can warn you."},
		Provisioning:        {"Copying of accounts", "How **user accounts are copied** to your other programs, and where that fails."},
		Directory:           {"Company and licences", "Your **company name, internet domains and licences**."},
		Proof:               {"Receipt", "**What you have granted to us**, so that you get a true receipt."},
		Guests:              {"Our accounts at your company", "Which **accounts our people have** at your company, and which rights."},
		GuestSignIns:        {"When our accounts were used", "When **accounts of our people** were last used at your company, so that unused ones are removed. Microsoft tells this only together with all sign-in logs, which we do not read."},
		Administrators:      {"Administrators", "Who holds an **administrator role** in your company’s directory."},
		Groups:              {"Groups", "The **names of your groups**, and who is in those that may manage devices."},
		Incidents:           {"Security incidents", "Your **security incidents** in Microsoft Defender."},
		IncidentList:        {"Security incidents over time", "The list of your **security incidents** in Microsoft Defender, read regularly."},
		DeviceActions:       {"Help with a device", "**Help with a device**: restart it, lock it, find it when it is lost, or erase it. To erase many devices, two people must agree."},
		DeviceChanges:       {"Keep device records", "**Keep what is written down about a device**: its notes, its category, whose it is. Replace a recovery key, and offer remote help."},
		MyDevices:           {"Own devices", "Each person at your company can see **their own devices** here."},
		GuestChanges:        {"Invite our people", "**Invite our people** to your company as guests, and give them the role and licence they need for your devices."},
		GuestAccounts:       {"Remove our people", "**Delete the accounts of our people** at your company when they are no longer needed, and set their country, which a licence needs. Microsoft’s name for this speaks of all accounts; it works only for a person whom you gave a role for it."},
		GuestGroups:         {"Take our people out of groups", "**Take our people out of groups** that give them rights at your company, when they leave or no longer need them."},
		ProvisioningChanges: {"Set up copying of accounts", "**Set up and fix the copying of accounts** to your other programs."},
		IncidentChanges:     {"Work on security incidents", "**Work on your security incidents** in Microsoft Defender: assign, classify, comment and resolve them."},
		Hunting:             {"Search security events", "**Search what Microsoft Defender saw** on your devices, in mail and of accounts in the last 30 days, when we look into an incident."},
	},
	French: {
		Devices:             {"Appareils", "Vos **téléphones et ordinateurs** : nom, modèle, utilisateur, et s’ils sont sûrs."},
		Apps:                {"Applications", "Quelles **applications** sont installées, et qui doit les avoir."},
		Configuration:       {"Règles des appareils", "Vos **règles pour les appareils**, par exemple « le disque doit être chiffré »."},
		Roles:               {"Administrateurs des appareils", "Qui, dans votre entreprise, peut **gérer les appareils**, et avec quels droits."},
		Services:            {"Certificats et jetons", "Quand les **certificats et les jetons** expirent, pour vous prévenir à temps."},
		Provisioning:        {"Copie des comptes", "Comment les **comptes sont copiés** vers vos autres programmes, et où cela échoue."},
		Directory:           {"Entreprise et licences", "Le **nom, les domaines internet et les licences** de votre entreprise."},
		Proof:               {"Reçu", "**Ce que vous nous avez accordé**, pour que votre reçu soit exact."},
		Guests:              {"Nos comptes chez vous", "Quels **comptes nos collaborateurs ont** chez vous, et avec quels droits."},
		GuestSignIns:        {"Utilisation de nos comptes", "Quand **les comptes de nos collaborateurs** ont servi pour la dernière fois chez vous, afin de retirer ceux qui ne servent plus. Microsoft ne le dit qu’avec tous les journaux de connexion, que nous ne lisons pas."},
		Administrators:      {"Administrateurs", "Qui a un **rôle d’administrateur** dans l’annuaire de votre entreprise."},
		Groups:              {"Groupes", "Les **noms de vos groupes**, et qui fait partie de ceux qui peuvent gérer les appareils."},
		Incidents:           {"Incidents de sécurité", "Vos **incidents de sécurité** dans Microsoft Defender."},
		IncidentList:        {"Suivi des incidents de sécurité", "La liste de vos **incidents de sécurité** dans Microsoft Defender, lue régulièrement."},
		DeviceActions:       {"Aide pour un appareil", "**Aider pour un appareil** : le redémarrer, le verrouiller, le retrouver s’il est perdu, ou l’effacer. Pour effacer beaucoup d’appareils, deux personnes doivent être d’accord."},
		DeviceChanges:       {"Fiche d’un appareil", "**Tenir la fiche d’un appareil** : ses notes, sa catégorie, à qui il est. Remplacer une clé de secours et proposer une aide à distance."},
		MyDevices:           {"Ses propres appareils", "Chaque personne de votre entreprise peut voir ici **ses propres appareils**."},
		GuestChanges:        {"Inviter nos collaborateurs", "**Inviter nos collaborateurs** dans votre entreprise, et leur donner le rôle et la licence nécessaires pour vos appareils."},
		GuestAccounts:       {"Retirer nos collaborateurs", "**Supprimer les comptes de nos collaborateurs** chez vous quand ils ne servent plus, et indiquer leur pays, nécessaire pour une licence. Le nom donné par Microsoft parle de tous les comptes ; cela ne marche que pour une personne à qui vous avez donné un rôle pour cela."},
		GuestGroups:         {"Sortir nos collaborateurs des groupes", "**Sortir nos collaborateurs des groupes** qui leur donnent des droits chez vous, quand ils partent ou n’en ont plus besoin."},
		ProvisioningChanges: {"Régler la copie des comptes", "**Régler et réparer la copie des comptes** vers vos autres programmes."},
		IncidentChanges:     {"Traiter les incidents de sécurité", "**Traiter vos incidents de sécurité** dans Microsoft Defender : les attribuer, les classer, les commenter et les clore."},
		Hunting:             {"Rechercher des événements de sécurité", "**Rechercher ce que Microsoft Defender a vu** sur vos appareils, dans le courrier et des comptes ces 30 derniers jours, quand nous examinons un incident."},
	},
	German: {
		Devices:             {"Geräte", "Ihre **Telefone und Computer**: Name, Modell, Benutzer, und ob sie sicher sind."},
		Apps:                {"Apps", "Welche **Apps** installiert sind und wer sie haben soll."},
		Configuration:       {"Geräteregeln", "Ihre **Regeln für Geräte**, zum Beispiel „Die Festplatte muss verschlüsselt sein“."},
		Roles:               {"Geräteverwalter", "Wer bei Ihnen **Geräte verwalten** darf, und mit welchen Rechten."},
		Services:            {"Zertifikate und Token", "Wann **Zertifikate und Token** ablaufen, damit wir Sie warnen können."},
		Provisioning:        {"Kopieren von Konten", "Wie **Benutzerkonten** in Ihre anderen Programme kopiert werden und wo das nicht klappt."},
		Directory:           {"Firma und Lizenzen", "Ihren **Firmennamen, Ihre Internetdomänen und Lizenzen**."},
		Proof:               {"Beleg", "**Was Sie uns erlaubt haben**, damit Ihr Beleg stimmt."},
		Guests:              {"Unsere Konten bei Ihnen", "Welche **Konten unsere Leute** bei Ihnen haben, und mit welchen Rechten."},
		GuestSignIns:        {"Wann unsere Konten benutzt wurden", "Wann **Konten unserer Leute** bei Ihnen zuletzt benutzt wurden, damit unbenutzte entfernt werden. Microsoft sagt das nur zusammen mit allen Anmeldeprotokollen, die wir nicht lesen."},
		Administrators:      {"Administratoren", "Wer in Ihrem Verzeichnis eine **Administratorrolle** hat."},
		Groups:              {"Gruppen", "Die **Namen Ihrer Gruppen**, und wer in denen ist, die Geräte verwalten dürfen."},
		Incidents:           {"Sicherheitsvorfälle", "Ihre **Sicherheitsvorfälle** in Microsoft Defender."},
		IncidentList:        {"Überblick über Sicherheitsvorfälle", "Die Liste Ihrer **Sicherheitsvorfälle** in Microsoft Defender, regelmäßig gelesen."},
		DeviceActions:       {"Hilfe bei einem Gerät", "**Bei einem Gerät helfen**: neu starten, sperren, finden, wenn es verloren ist, oder löschen. Um viele Geräte zu löschen, müssen zwei Personen zustimmen."},
		DeviceChanges:       {"Angaben zu Geräten", "**Angaben zu einem Gerät pflegen**: Notizen, Kategorie, wem es gehört. Einen Wiederherstellungsschlüssel ersetzen und Fernhilfe anbieten."},
		MyDevices:           {"Eigene Geräte", "Jede Person in Ihrer Firma kann hier **ihre eigenen Geräte** sehen."},
		GuestChanges:        {"Unsere Leute einladen", "**Unsere Leute als Gäste zu Ihnen einladen** und ihnen die Rolle und die Lizenz geben, die sie für Ihre Geräte brauchen."},
		GuestAccounts:       {"Unsere Leute entfernen", "**Die Konten unserer Leute** bei Ihnen löschen, wenn sie nicht mehr gebraucht werden, und ihr Land angeben, das eine Lizenz verlangt. Der Name bei Microsoft spricht von allen Konten; es geht nur bei einer Person, der Sie eine Rolle dafür gegeben haben."},
		GuestGroups:         {"Unsere Leute aus Gruppen nehmen", "**Unsere Leute aus Gruppen nehmen**, die ihnen bei Ihnen Rechte geben, wenn sie gehen oder diese Rechte nicht mehr brauchen."},
		ProvisioningChanges: {"Kopieren von Konten einrichten", "**Das Kopieren von Konten** in Ihre anderen Programme einrichten und reparieren."},
		IncidentChanges:     {"Sicherheitsvorfälle bearbeiten", "**Ihre Sicherheitsvorfälle bearbeiten** in Microsoft Defender: zuweisen, einordnen, kommentieren und abschließen."},
		Hunting:             {"Sicherheitsereignisse durchsuchen", "**Durchsuchen, was Microsoft Defender gesehen hat**: auf Ihren Geräten, in E-Mails und von Konten in den letzten 30 Tagen, wenn wir einen Vorfall untersuchen."},
	},
	Spanish: {
		Devices:             {"Dispositivos", "Sus **teléfonos y ordenadores**: nombre, modelo, usuario, y si son seguros."},
		Apps:                {"Aplicaciones", "Qué **aplicaciones** están instaladas, y quién debe tenerlas."},
		Configuration:       {"Reglas de los dispositivos", "Sus **reglas para los dispositivos**, por ejemplo «el disco debe estar cifrado»."},
		Roles:               {"Administradores de dispositivos", "Quién puede **administrar los dispositivos** en su empresa, y con qué permisos."},
		Services:            {"Certificados y tokens", "Cuándo caducan los **certificados y los tokens**, para poder avisarle."},
		Provisioning:        {"Copia de cuentas", "Cómo se **copian las cuentas** a sus otros programas, y dónde falla."},
		Directory:           {"Empresa y licencias", "El **nombre, los dominios de internet y las licencias** de su empresa."},
		Proof:               {"Recibo", "**Lo que usted nos ha concedido**, para que su recibo sea verdadero."},
		Guests:              {"Nuestras cuentas en su empresa", "Qué **cuentas tiene nuestro personal** en su empresa, y con qué permisos."},
		GuestSignIns:        {"Uso de nuestras cuentas", "Cuándo se usaron por última vez **las cuentas de nuestro personal** en su empresa, para retirar las que no se usan. Microsoft solo lo dice junto con todos los registros de inicio de sesión, que no leemos."},
		Administrators:      {"Administradores", "Quién tiene un **rol de administrador** en el directorio de su empresa."},
		Groups:              {"Grupos", "Los **nombres de sus grupos**, y quién está en los que pueden administrar los dispositivos."},
		Incidents:           {"Incidentes de seguridad", "Sus **incidentes de seguridad** en Microsoft Defender."},
		IncidentList:        {"Seguimiento de incidentes de seguridad", "La lista de sus **incidentes de seguridad** en Microsoft Defender, leída con regularidad."},
		DeviceActions:       {"Ayuda con un dispositivo", "**Ayudar con un dispositivo**: reiniciarlo, bloquearlo, encontrarlo si se pierde, o borrarlo. Para borrar muchos dispositivos, dos personas deben estar de acuerdo."},
		DeviceChanges:       {"Ficha de un dispositivo", "**Mantener la ficha de un dispositivo**: sus notas, su categoría, de quién es. Cambiar una clave de recuperación y ofrecer ayuda a distancia."},
		MyDevices:           {"Dispositivos propios", "Cada persona de su empresa puede ver aquí **sus propios dispositivos**."},
		GuestChanges:        {"Invitar a nuestro personal", "**Invitar a nuestro personal** a su empresa y darle el rol y la licencia que necesita para sus dispositivos."},
		GuestAccounts:       {"Retirar a nuestro personal", "**Eliminar las cuentas de nuestro personal** en su empresa cuando ya no hagan falta, e indicar su país, que una licencia necesita. El nombre de Microsoft habla de todas las cuentas; solo funciona para una persona a quien usted dio un rol para ello."},
		GuestGroups:         {"Sacar a nuestro personal de grupos", "**Sacar a nuestro personal de los grupos** que le dan permisos en su empresa, cuando se va o ya no los necesita."},
		ProvisioningChanges: {"Configurar la copia de cuentas", "**Configurar y arreglar la copia de cuentas** a sus otros programas."},
		IncidentChanges:     {"Trabajar en incidentes de seguridad", "**Trabajar en sus incidentes de seguridad** en Microsoft Defender: asignarlos, clasificarlos, comentarlos y cerrarlos."},
		Hunting:             {"Buscar eventos de seguridad", "**Buscar lo que Microsoft Defender vio** en sus dispositivos, en el correo y de las cuentas en los últimos 30 días, cuando investigamos un incidente."},
	},
	Dutch: {
		Devices:             {"Apparaten", "Uw **telefoons en computers**: naam, model, gebruiker, en of ze veilig zijn."},
		Apps:                {"Apps", "Welke **apps** zijn geïnstalleerd, en wie ze moet hebben."},
		Configuration:       {"Apparaatregels", "Uw **regels voor apparaten**, bijvoorbeeld ‘de schijf moet versleuteld zijn’."},
		Roles:               {"Apparaatbeheerders", "Wie bij u **apparaten mag beheren**, en met welke rechten."},
		Services:            {"Certificaten en tokens", "Wanneer **certificaten en tokens** aflopen, zodat wij u kunnen waarschuwen."},
		Provisioning:        {"Kopiëren van accounts", "Hoe **accounts worden gekopieerd** naar uw andere programma’s, en waar dat misgaat."},
		Directory:           {"Bedrijf en licenties", "De **naam, internetdomeinen en licenties** van uw bedrijf."},
		Proof:               {"Bewijs", "**Wat u ons hebt toegestaan**, zodat uw bewijs klopt."},
		Guests:              {"Onze accounts bij u", "Welke **accounts onze mensen** bij u hebben, en met welke rechten."},
		GuestSignIns:        {"Gebruik van onze accounts", "Wanneer **accounts van onze mensen** bij uw bedrijf voor het laatst zijn gebruikt, zodat ongebruikte worden verwijderd. Microsoft zegt dit alleen samen met alle aanmeldlogboeken, die wij niet lezen."},
		Administrators:      {"Beheerders", "Wie in de directory van uw bedrijf een **beheerdersrol** heeft."},
		Groups:              {"Groepen", "De **namen van uw groepen**, en wie er zit in de groepen die apparaten mogen beheren."},
		Incidents:           {"Beveiligingsincidenten", "Uw **beveiligingsincidenten** in Microsoft Defender."},
		IncidentList:        {"Overzicht van beveiligingsincidenten", "De lijst van uw **beveiligingsincidenten** in Microsoft Defender, regelmatig gelezen."},
		DeviceActions:       {"Hulp bij een apparaat", "**Helpen met een apparaat**: opnieuw starten, vergrendelen, vinden als het kwijt is, of wissen. Om veel apparaten te wissen moeten twee mensen akkoord gaan."},
		DeviceChanges:       {"Gegevens van apparaten", "**Bijhouden wat over een apparaat is opgeschreven**: notities, categorie, van wie het is. Een herstelsleutel vervangen en hulp op afstand aanbieden."},
		MyDevices:           {"Eigen apparaten", "Iedereen in uw bedrijf kan hier **de eigen apparaten** zien."},
		GuestChanges:        {"Onze mensen uitnodigen", "**Onze mensen uitnodigen** bij uw bedrijf, en hun de rol en de licentie geven die zij voor uw apparaten nodig hebben."},
		GuestAccounts:       {"Onze mensen verwijderen", "**De accounts van onze mensen** bij uw bedrijf verwijderen als ze niet meer nodig zijn, en hun land opgeven, dat voor een licentie nodig is. De naam van Microsoft spreekt van alle accounts; het werkt alleen voor iemand aan wie u daarvoor een rol gaf."},
		GuestGroups:         {"Onze mensen uit groepen halen", "**Onze mensen uit groepen halen** die hun rechten geven bij uw bedrijf, wanneer zij vertrekken of die niet meer nodig hebben."},
		ProvisioningChanges: {"Kopiëren van accounts instellen", "**Het kopiëren van accounts** naar uw andere programma’s instellen en herstellen."},
		IncidentChanges:     {"Beveiligingsincidenten behandelen", "**Uw beveiligingsincidenten behandelen** in Microsoft Defender: toewijzen, indelen, van commentaar voorzien en sluiten."},
		Hunting:             {"Beveiligingsgebeurtenissen doorzoeken", "**Doorzoeken wat Microsoft Defender zag** op uw apparaten, in e-mail en van accounts in de laatste 30 dagen, wanneer wij een incident onderzoeken."},
	},
	Greek: {
		Devices:             {"Συσκευές", "Τα **τηλέφωνα και οι υπολογιστές** σας: όνομα, μοντέλο, χρήστης, και αν είναι ασφαλή."},
		Apps:                {"Εφαρμογές", "Ποιες **εφαρμογές** είναι εγκατεστημένες, και ποιος πρέπει να τις έχει."},
		Configuration:       {"Κανόνες συσκευών", "Οι **κανόνες για τις συσκευές** σας, για παράδειγμα «ο δίσκος πρέπει να είναι κρυπτογραφημένος»."},
		Roles:               {"Διαχειριστές συσκευών", "Ποιος στην εταιρεία σας μπορεί να **διαχειρίζεται συσκευές**, και με ποια δικαιώματα."},
		Services:            {"Πιστοποιητικά και διακριτικά", "Πότε λήγουν τα **πιστοποιητικά και τα διακριτικά**, για να σας ειδοποιήσουμε έγκαιρα."},
		Provisioning:        {"Αντιγραφή λογαριασμών", "Πώς **αντιγράφονται οι λογαριασμοί** στα άλλα προγράμματά σας, και πού αυτό αποτυγχάνει."},
		Directory:           {"Εταιρεία και άδειες", "Το **όνομα, οι διαδικτυακοί τομείς και οι άδειες χρήσης** της εταιρείας σας."},
		Proof:               {"Απόδειξη", "**Τι μας έχετε επιτρέψει**, ώστε η απόδειξή σας να είναι αληθινή."},
		Guests:              {"Οι λογαριασμοί μας σε εσάς", "Ποιους **λογαριασμούς έχουν οι άνθρωποί μας** στην εταιρεία σας, και με ποια δικαιώματα."},
		GuestSignIns:        {"Χρήση των λογαριασμών μας", "Πότε χρησιμοποιήθηκαν τελευταία **οι λογαριασμοί των ανθρώπων μας** στην εταιρεία σας, ώστε να καταργούνται όσοι δεν χρησιμοποιούνται. Η Microsoft το λέει μόνο μαζί με όλα τα αρχεία συνδέσεων, που δεν διαβάζουμε."},
		Administrators:      {"Διαχειριστές", "Ποιος έχει **ρόλο διαχειριστή** στον κατάλογο της εταιρείας σας."},
		Groups:              {"Ομάδες", "Τα **ονόματα των ομάδων** σας, και ποιος είναι σε εκείνες που μπορούν να διαχειρίζονται συσκευές."},
		Incidents:           {"Συμβάντα ασφαλείας", "Τα **συμβάντα ασφαλείας** σας στο Microsoft Defender."},
		IncidentList:        {"Παρακολούθηση συμβάντων ασφαλείας", "Τη λίστα με τα **συμβάντα ασφαλείας** σας στο Microsoft Defender, που διαβάζεται τακτικά."},
		DeviceActions:       {"Βοήθεια με μια συσκευή", "**Βοήθεια με μια συσκευή**: επανεκκίνηση, κλείδωμα, εντοπισμός αν χαθεί, ή διαγραφή όλων των δεδομένων. Για τη διαγραφή πολλών συσκευών πρέπει να συμφωνήσουν δύο άνθρωποι."},
		DeviceChanges:       {"Στοιχεία συσκευών", "**Τήρηση των στοιχείων μιας συσκευής**: σημειώσεις, κατηγορία, σε ποιον ανήκει. Αντικατάσταση ενός κλειδιού ανάκτησης και προσφορά βοήθειας από απόσταση."},
		MyDevices:           {"Δικές του συσκευές", "Κάθε άτομο στην εταιρεία σας μπορεί να βλέπει εδώ **τις δικές του συσκευές**."},
		GuestChanges:        {"Πρόσκληση των ανθρώπων μας", "**Πρόσκληση των ανθρώπων μας** στην εταιρεία σας, και απόδοση του ρόλου και της άδειας που χρειάζονται για τις συσκευές σας."},
		GuestAccounts:       {"Κατάργηση των ανθρώπων μας", "**Διαγραφή των λογαριασμών των ανθρώπων μας** στην εταιρεία σας όταν δεν χρειάζονται πια, και δήλωση της χώρας τους, που χρειάζεται μια άδεια. Το όνομα της Microsoft μιλά για όλους τους λογαριασμούς· λειτουργεί μόνο για ένα άτομο στο οποίο δώσατε ρόλο για αυτό."},
		GuestGroups:         {"Αφαίρεση των ανθρώπων μας από ομάδες", "**Αφαίρεση των ανθρώπων μας από ομάδες** που τους δίνουν δικαιώματα στην εταιρεία σας, όταν φεύγουν ή δεν τα χρειάζονται πια."},
		ProvisioningChanges: {"Ρύθμιση της αντιγραφής λογαριασμών", "**Ρύθμιση και επισκευή της αντιγραφής λογαριασμών** στα άλλα προγράμματά σας."},
		IncidentChanges:     {"Χειρισμός συμβάντων ασφαλείας", "**Χειρισμός των συμβάντων ασφαλείας** σας στο Microsoft Defender: ανάθεση, ταξινόμηση, σχόλια και κλείσιμο."},
		Hunting:             {"Αναζήτηση συμβάντων ασφαλείας", "**Αναζήτηση σε όσα είδε το Microsoft Defender** στις συσκευές, στην αλληλογραφία και στους λογαριασμούς σας τις τελευταίες 30 ημέρες, όταν εξετάζουμε ένα συμβάν."},
	},
}
