package graph

import (
	"strconv"
	"strings"
	"time"

	"github.com/tenantry/tenantry/internal/cloudsim/world"
)

// person is a user object: one of the world's named people or a computed one.
type person struct {
	index                         int
	id                            string
	given, surname, display       string
	upn, mail, phone              string
	job, department, language     string
	usage                         string // location
	userType, externalState, home string
	externalChanged, created      time.Time
	signedIn, sessionsFrom        time.Time
	enabled, computed             bool
	roles, licences               []string
}

// names are the given names and surnames of a language. What is not ASCII is spelt out for the UPN.
type names struct{ given, surnames []string }

var namesByLanguage = map[string]names{
	"en": {
		strings.Fields("Ava Noah Grace Oliver Ella Liam Ruby Jack Sophie Harry Mia Oscar Amelia George Isla Arthur Freya Leo Hannah Theo Priya Samuel Zoe Daniel Chloe Adam Maya Ryan Imogen Callum Aisha Ben Lucy Marcus Nina Owen Tess Victor Wendy Yusuf"),
		strings.Fields("Walker Bennett Clarke Hughes Foster Reid Marsh Palmer Grant O'Brien Shaw Barker Doyle Ellis Fletcher Gibson Hayes Ingram Jarvis Knight Lawson Mercer Norris Osborne Patel Quinn Rhodes Sutton Thornton Underwood Vaughan Whitaker Yates Ashby Blake Carver Dalton Easton Farrell Goddard Holt Irwin"),
	},
	"fr": {
		strings.Fields("Camille Hugo Chloé Lucas Manon Théo Léa Nathan Inès Louis Jade Arthur Zoé Jules Élise Gabriel Margaux Antoine Amélie Benoît Céline Damien Émilie Fabien Hélène Julien Noémie Olivier Pauline Rémi Solène Thomas Valérie Yann Agnès Baptiste Clémence Étienne Maëlle Sébastien"),
		strings.Fields("Moreau Lefèvre Girard Bonnet Mercier Faure Blanchard Gauthier Perrin Chevalier Rousseau Lambert Fontaine Dupuis Masson Lemaire Noël Meunier Barbier Renaud Roche Aubert Carpentier Deschamps Guérin Huet Jacquet Leclerc Marchal Olivier Picard Rivière Schmitt Tessier Vidal Bouvier Collet Delorme Évrard Gaillard"),
	},
	"de": {
		strings.Fields("Lena Jonas Mia Finn Hannah Paul Emilia Felix Clara Maximilian Lea Niklas Johanna Tim Sophie Moritz Katharina Jürgen Björn Käthe Anke Sven Heike Uwe Birgit Dieter Frauke Gerd Ines Jörg Marlene Oskar Petra Rüdiger Silke Thorsten Ulrike Volker Wiebke Matthias"),
		strings.Fields("Müller Schäfer Köhler Brandt Vogel Lorenz Krüger Seidel Böhm Winter Haas Graf Dietrich Jäger Roth Becker Hoffmann Schröder Neumann Zimmermann Hartmann Lange Krause Werner Lehmann Huber Mayer Fuchs Scholz Weiß Jung Hahn Keller Günther Berger Frank Ludwig Simon Ernst Pohl"),
	},
	"es": {
		strings.Fields("Lucía Hugo Sofía Mateo Martina Pablo Daniela Álvaro Valeria Adrián Paula Diego Carmen Javier Elena Sergio Marta Rubén Nuria Íñigo Ángela Bruno Clara David Esther Fernando Gloria Héctor Irene Jorge Laura Manuel Noelia Óscar Pilar Raúl Sara Tomás Verónica Ximena"),
		strings.Fields("García Martínez López Sánchez Pérez Gómez Fernández Díaz Muñoz Álvarez Romero Navarro Torres Domínguez Vázquez Ramos Gil Serrano Blanco Molina Morales Ortega Delgado Castro Ortiz Rubio Marín Sanz Núñez Iglesias Medina Garrido Cortés Castillo Santos Lozano Guerrero Cano Prieto Méndez"),
	},
	"nl": {
		strings.Fields("Emma Daan Sanne Bram Lotte Sem Fleur Thijs Anouk Ruben Femke Jasper Maud Koen Iris Niels Eva Pieter Marloes Wouter Hanneke Joost Liesbeth Maarten Nienke Rik Saskia Tom Wendy Youri Zoë Bas Carlijn Dirk Esmée Gijs Hugo Ilse Jochem Kim"),
		strings.Fields("Jansen Visser Bakker Smit Meijer Mulder Bos Vos Peters Hendriks Dekker Brouwer Dijkstra Smits Kok Jacobs Vermeulen Schouten Willems Hoekstra Koster Prins Huisman Postma Kuipers Veenstra Kramer Blom Scholten Boer Verhoeven Molenaar Groen Timmermans Post Kuiper Driessen Haan Maas Evers"),
	},
	"el": {
		strings.Fields("Μαρία Γιώργος Ελένη Δημήτρης Κατερίνα Νίκος Σοφία Γιάννης Αναστασία Κώστας Βασιλική Παναγιώτης Αγγελική Χρήστος Ευαγγελία Θανάσης Ιωάννα Μιχάλης Δέσποινα Στέλιος Χρυσούλα Αντώνης Φωτεινή Ηλίας Ζωή Λεωνίδας Ξένια Οδυσσέας Πέτρος Ράνια Σπύρος Τάσος Άννα Έφη Ίρις Όλγα Φίλιππος Ειρήνη Λουκάς Μάρκος"),
		strings.Fields("Παπαδόπουλος Νικολάου Γεωργίου Οικονόμου Βασιλείου Αθανασίου Δημητρίου Παππάς Μακρής Αλεξίου Κωνσταντίνου Ιωάννου Χριστοδούλου Λάμπρου Σταύρου Θεοδώρου Αντωνίου Ζαχαρίου Καραγιάννης Μαυρίδης Τσολάκης Φραγκούλης Ξενάκης Ρήγας Πετρίδης Λουκάκης Ηλιάδης Δούκας Βλάχος Σαμαράς Κατσαρός Παυλίδης Μελάς Κόκκινος Λιάπης Ντόκος Ράπτης Σιδέρης Τζίμας Χατζής"),
	},
}

// jobs are job titles with the department that goes with them.
var jobs = map[string][][2]string{
	"en": {{"Account Manager", "Sales"}, {"Accountant", "Finance"}, {"Site Engineer", "Operations"}, {"Support Analyst", "IT"}, {"HR Adviser", "Human Resources"}, {"Buyer", "Purchasing"}, {"Warehouse Lead", "Logistics"}, {"Designer", "Marketing"}, {"Quality Inspector", "Production"}, {"Office Manager", "Administration"}},
	"fr": {{"Commercial", "Ventes"}, {"Comptable", "Finances"}, {"Ingénieur de site", "Exploitation"}, {"Technicien support", "Informatique"}, {"Chargée RH", "Ressources humaines"}, {"Acheteur", "Achats"}, {"Chef d’entrepôt", "Logistique"}, {"Graphiste", "Marketing"}, {"Contrôleur qualité", "Production"}, {"Assistante de direction", "Administration"}},
	"de": {{"Kundenbetreuer", "Vertrieb"}, {"Buchhalterin", "Finanzen"}, {"Bauleiter", "Betrieb"}, {"Systemadministrator", "IT"}, {"Personalreferentin", "Personal"}, {"Einkäufer", "Einkauf"}, {"Lagerleiter", "Logistik"}, {"Gestalterin", "Marketing"}, {"Qualitätsprüfer", "Fertigung"}, {"Büroleitung", "Verwaltung"}},
	"es": {{"Gestor de cuentas", "Ventas"}, {"Contable", "Finanzas"}, {"Jefe de obra", "Operaciones"}, {"Técnico de soporte", "Informática"}, {"Técnica de RR. HH.", "Recursos Humanos"}, {"Comprador", "Compras"}, {"Jefe de almacén", "Logística"}, {"Diseñadora", "Marketing"}, {"Inspector de calidad", "Producción"}, {"Administrativa", "Administración"}},
	"nl": {{"Accountmanager", "Verkoop"}, {"Boekhouder", "Financiën"}, {"Uitvoerder", "Operaties"}, {"Systeembeheerder", "ICT"}, {"HR-adviseur", "Personeelszaken"}, {"Inkoper", "Inkoop"}, {"Magazijnchef", "Logistiek"}, {"Vormgever", "Marketing"}, {"Kwaliteitscontroleur", "Productie"}, {"Office manager", "Administratie"}},
	"el": {{"Πωλητής", "Πωλήσεις"}, {"Λογίστρια", "Οικονομικά"}, {"Μηχανικός έργου", "Λειτουργίες"}, {"Τεχνικός υποστήριξης", "Πληροφορική"}, {"Υπεύθυνη προσωπικού", "Προσωπικό"}, {"Αγοραστής", "Προμήθειες"}, {"Υπεύθυνος αποθήκης", "Αποθήκη"}, {"Γραφίστρια", "Μάρκετινγκ"}, {"Ελεγκτής ποιότητας", "Παραγωγή"}, {"Γραμματέας", "Διοίκηση"}},
}

// languageOf gives the part of a BCP 47 tag for which we have names.
func languageOf(tag string) string {
	lang, _, _ := strings.Cut(strings.ToLower(tag), "-")
	if _, ok := namesByLanguage[lang]; ok {
		return lang
	}
	return "en"
}

var spelling = strings.NewReplacer(
	"ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "á", "a", "à", "a", "â", "a", "ã", "a", "é", "e", "è", "e", "ê", "e", "ë", "e", "í", "i", "î", "i", "ï", "i",
	"ó", "o", "ô", "o", "ú", "u", "û", "u", "ñ", "n", "ç", "c", "'", "", "’", "", " ", "",
	"α", "a", "ά", "a", "β", "v", "γ", "g", "δ", "d", "ε", "e", "έ", "e", "ζ", "z", "η", "i", "ή", "i", "θ", "th", "ι", "i", "ί", "i", "ϊ", "i", "κ", "k",
	"λ", "l", "μ", "m", "ν", "n", "ξ", "x", "ο", "o", "ό", "o", "π", "p", "ρ", "r", "σ", "s", "ς", "s", "τ", "t", "υ", "y", "ύ", "y", "φ", "f", "χ", "ch",
	"ψ", "ps", "ω", "o", "ώ", "o")

func spell(name string) string { return spelling.Replace(strings.ToLower(name)) }

// nameTable holds a language's names with their spelling, made once: a fleet computes thousands of people for each page.
type nameTable struct {
	names
	givenASCII, surnamesASCII []string
}

var nameTables = func() map[string]nameTable {
	tables := map[string]nameTable{}
	for lang, n := range namesByLanguage {
		t := nameTable{names: n}
		for _, g := range n.given {
			t.givenASCII = append(t.givenASCII, spell(g))
		}
		for _, s := range n.surnames {
			t.surnamesASCII = append(t.surnamesASCII, spell(s))
		}
		tables[lang] = t
	}
	return tables
}()

// roster is the people of one tenant: the world's named people first, then computed ones.
type roster struct {
	seed    uint64
	t       *world.Tenant
	anchor  time.Time
	lang    string
	named   []person // members, then guests
	members int
	taken   map[string]bool // UPNs of named people
	n       int             // all people that are not guests
}

func newRoster(seed uint64, t *world.Tenant, anchor time.Time) *roster {
	r := &roster{seed: seed, t: t, anchor: anchor, lang: languageOf(t.Language), taken: map[string]bool{}}
	for _, guests := range []bool{false, true} {
		for _, u := range t.Users {
			if (u.UserType == "Guest") == guests {
				r.named = append(r.named, namedPerson(u, len(r.named)))
				r.taken[strings.ToLower(u.UserPrincipalName)] = true
			}
		}
		if !guests {
			r.members = len(r.named)
		}
	}
	r.n = max(r.members+8, t.Devices*5/8)
	return r
}

func namedPerson(u *world.User, index int) person {
	given, surname, _ := strings.Cut(u.DisplayName, " ")
	return person{
		index: index, id: u.ID, given: given, surname: surname, display: u.DisplayName, upn: u.UserPrincipalName, mail: u.Mail,
		job: u.JobTitle, department: u.Department, language: u.Language, userType: u.UserType, externalState: u.ExternalUserState,
		home: u.HomeTenantID, externalChanged: u.ExternalChanged, created: u.Created, enabled: u.AccountEnabled,
		roles: u.Roles, licences: u.Licences, usage: u.UsageLocation, signedIn: u.SignedIn, sessionsFrom: u.SessionsValidFrom,
	}
}

// count is the number of user objects, guests included.
func (r *roster) count() int { return r.n + len(r.named) - r.members }

// at gives the i-th person; guests come after everybody else.
func (r *roster) at(i int) person {
	if i < r.members {
		return r.named[i]
	}
	if i >= r.n {
		return r.named[r.members+i-r.n]
	}
	return r.compute(i)
}

func (r *roster) compute(i int) person {
	table := nameTables[r.lang]
	g, s := i%len(table.given), (i/len(table.given)+13*i)%len(table.surnames)
	d := newDraw(r.seed, kindPerson, r.t.Index, i)
	title := pick(&d, jobs[r.lang])
	p := person{
		index: i, id: newGUID(r.seed, kindPerson, r.t.Index, i).String(), computed: true,
		given: table.given[g], surname: table.surnames[s], display: table.given[g] + " " + table.surnames[s],
		job: title[0], department: title[1], language: r.t.Language, userType: "Member", home: r.t.ID, enabled: !d.is(0.03),
		usage: r.t.Country, created: r.anchor.Add(-time.Duration(d.between(40, 1600)) * 24 * time.Hour).Add(time.Duration(d.n(86400)) * time.Second),
	}
	local := table.givenASCII[g] + "." + table.surnamesASCII[s]
	p.upn = local + "@" + r.t.Domains[0]
	if round := i / len(table.given) / len(table.surnames); round > 0 || r.taken[p.upn] {
		p.upn = local + strconv.Itoa(round+2) + "@" + r.t.Domains[0]
	}
	p.mail = p.upn
	if d.is(0.6) {
		p.phone = phoneNumber(&d, r.t.Country)
	}
	if len(r.t.SKUs) > 0 {
		p.licences = r.t.SKUs[:1]
	}
	return p
}

// find gives the person with the object id or UPN.
func (r *roster) find(key string) (person, bool) {
	for _, p := range r.named {
		if strings.EqualFold(p.id, key) || strings.EqualFold(p.upn, key) {
			return p, true
		}
	}
	if i, ok := indexOf(strings.ToLower(key), r.seed, kindPerson, r.t.Index); ok && i >= r.members && i < r.n {
		return r.compute(i), true
	}
	if strings.Contains(key, "@") {
		for i := r.members; i < r.n; i++ {
			if p := r.compute(i); strings.EqualFold(p.upn, key) {
				return p, true
			}
		}
	}
	return person{}, false
}

// dialling holds the country code and the digits of a mobile number after it.
var dialling = map[string]string{"GB": "+447#########", "US": "+1206#######", "FR": "+336########", "DE": "+4915#########", "CH": "+4179#######",
	"AT": "+43660#######", "ES": "+346########", "NL": "+316########", "BE": "+3247#######", "GR": "+3069########", "CY": "+35799######", "IE": "+35385#######"}

func phoneNumber(d *draw, country string) string {
	pattern, ok := dialling[country]
	if !ok {
		pattern = dialling["GB"]
	}
	b := []byte(pattern)
	for i := range b {
		if b[i] == '#' {
			b[i] = digits[d.n(10)]
		}
	}
	return string(b)
}
