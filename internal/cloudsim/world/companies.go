package world

// company is what a customer is made from: Microsoft's own fictitious companies.
type company struct {
	name, label, tld, country, language, region, industry, prefix string
	health                                                        Health
}

var partner = company{"First Up Consultants", "firstupconsultants", "com", "GB", "en", "EU", "Managed services", "FUC", Health{}}

var companies = []company{
	{"Contoso", "contoso", "com", "US", "en", "NA", "Manufacturing", "CTS", Health{NonCompliant: .07, Stale: .05, Duplicate: .01, Odd: .01, Quarantined: 0}},
	{"Fabrikam", "fabrikam", "com", "DE", "de", "EU", "Mechanical engineering", "FAB", Health{NonCompliant: .11, Stale: .08, Duplicate: .02, Odd: .01, Quarantined: 1}},
	{"Woodgrove Bank", "woodgrovebank", "com", "US", "en", "NA", "Banking", "WGB", Health{NonCompliant: .02, Stale: .02, Duplicate: 0, Odd: 0, Quarantined: 0}},
	{"Northwind Traders", "northwindtraders", "com", "GB", "en", "EU", "Wholesale food", "NWT", Health{NonCompliant: .14, Stale: .17, Duplicate: .03, Odd: .02, Quarantined: 1}},
	{"Lamna Healthcare", "lamnahealthcare", "com", "IE", "en", "EU", "Healthcare", "LMN", Health{NonCompliant: .05, Stale: .06, Duplicate: .01, Odd: .02, Quarantined: 0}},
	{"Adatum", "adatum", "com", "FR", "fr", "EU", "Engineering consultancy", "ADT", Health{NonCompliant: .09, Stale: .10, Duplicate: .01, Odd: .01, Quarantined: 2}},
	{"Wide World Importers", "wideworldimporters", "com", "NL", "nl", "EU", "Logistics", "WWI", Health{NonCompliant: .23, Stale: .12, Duplicate: .02, Odd: .03, Quarantined: 1}},
	{"Litware", "litwareinc", "com", "US", "en", "NA", "Software", "LIT", Health{NonCompliant: .04, Stale: .03, Duplicate: 0, Odd: .03, Quarantined: 0}},
	{"Tailspin Toys", "tailspintoys", "com", "ES", "es", "EU", "Retail", "TST", Health{NonCompliant: .19, Stale: .28, Duplicate: .05, Odd: .02, Quarantined: 1}},
	{"VanArsdel", "vanarsdelltd", "com", "GR", "el", "EU", "Construction", "VAN", Health{NonCompliant: .31, Stale: .22, Duplicate: .04, Odd: .03, Quarantined: 1}},
	{"Proseware", "proseware", "com", "CH", "de", "EU", "Publishing", "PRW", Health{NonCompliant: .06, Stale: .04, Duplicate: .01, Odd: 0, Quarantined: 0}},
	{"Munson's Farm", "munsonsfarm", "com", "CA", "en", "NA", "Agriculture", "MUN", Health{NonCompliant: .12, Stale: .35, Duplicate: .02, Odd: .04, Quarantined: 0}},
	{"Relecloud", "relecloud", "com", "SE", "en", "EU", "Telecommunications", "REL", Health{NonCompliant: .03, Stale: .04, Duplicate: .01, Odd: .01, Quarantined: 0}},
	{"Alpine Ski House", "alpineskihouse", "com", "AT", "de", "EU", "Hospitality", "ASH", Health{NonCompliant: .16, Stale: .31, Duplicate: .02, Odd: .02, Quarantined: 1}},
	{"Graphic Design Institute", "graphicdesigninstitute", "com", "BE", "nl", "EU", "Education", "GDI", Health{NonCompliant: .13, Stale: .19, Duplicate: .03, Odd: .05, Quarantined: 0}},
	{"Bellows College", "bellowscollege", "com", "US", "en", "NA", "Education", "BEL", Health{NonCompliant: .20, Stale: .24, Duplicate: .05, Odd: .04, Quarantined: 1}},
	{"Southridge Video", "southridgevideo", "com", "AU", "en", "AS", "Media", "SRV", Health{NonCompliant: .08, Stale: .07, Duplicate: .01, Odd: .01, Quarantined: 0}},
	{"Fourth Coffee", "fourthcoffee", "com", "IT", "en", "EU", "Food service", "FCO", Health{NonCompliant: .21, Stale: .16, Duplicate: .02, Odd: .02, Quarantined: 0}},
	{"City Power and Light", "cpandl", "com", "US", "en", "NA", "Utilities", "CPL", Health{NonCompliant: .05, Stale: .09, Duplicate: .01, Odd: .02, Quarantined: 1}},
	{"Margie's Travel", "margiestravel", "com", "PT", "es", "EU", "Travel", "MTR", Health{NonCompliant: .10, Stale: .14, Duplicate: .02, Odd: .01, Quarantined: 0}},
	{"Humongous Insurance", "humongousinsurance", "com", "US", "en", "NA", "Insurance", "HUM", Health{NonCompliant: .03, Stale: .03, Duplicate: 0, Odd: .01, Quarantined: 0}},
	{"Coho Vineyard", "cohovineyard", "com", "FR", "fr", "EU", "Wine growing", "COH", Health{NonCompliant: .18, Stale: .29, Duplicate: .03, Odd: .02, Quarantined: 0}},
	{"The Phone Company", "thephone-company", "com", "CY", "el", "EU", "Telecommunications", "TPC", Health{NonCompliant: .12, Stale: .11, Duplicate: .02, Odd: .02, Quarantined: 1}},
	{"Trey Research", "treyresearch", "net", "DK", "en", "EU", "Research", "TRY", Health{NonCompliant: .06, Stale: .08, Duplicate: .01, Odd: .06, Quarantined: 0}},
}

// names are given and family names by language; people are drawn from them by the seed.
var names = map[string][2][]string{
	"en": {
		{"Amelia", "Ben", "Chloe", "Daniel", "Ellie", "Finn", "Grace", "Harry", "Imogen", "Jack", "Keira", "Liam", "Maya", "Noah", "Olivia", "Priya", "Ravi", "Sofia", "Tom", "Zoe"},
		{"Archer", "Bennett", "Carter", "Dawson", "Ellis", "Foster", "Graham", "Hughes", "Ibrahim", "Jennings", "Khan", "Lawson", "Mercer", "Norris", "Osborne", "Patel", "Reid", "Shaw", "Turner", "Walsh"},
	},
	"de": {
		{"Anna", "Bernd", "Clara", "Dieter", "Eva", "Felix", "Greta", "Hannes", "Ines", "Jonas", "Katrin", "Lukas", "Marie", "Nils", "Paula", "Ralf", "Sabine", "Tobias", "Ulrike", "Jürgen"},
		{"Albrecht", "Becker", "Dietrich", "Engel", "Fuchs", "Graf", "Hartmann", "Jäger", "Keller", "Lorenz", "Möller", "Neumann", "Otto", "Pfeiffer", "Richter", "Schäfer", "Vogel", "Weiß", "Ziegler", "Brandt"},
	},
	"fr": {
		{"Aline", "Bastien", "Camille", "Denis", "Élodie", "Fabien", "Gaëlle", "Hugo", "Inès", "Julien", "Léa", "Mathieu", "Noémie", "Olivier", "Pauline", "Rémi", "Sylvie", "Théo", "Vincent", "Zoé"},
		{"Aubert", "Blanchard", "Carpentier", "Dupuis", "Fontaine", "Girard", "Hamel", "Jacquet", "Lambert", "Marchand", "Noël", "Olivier", "Perrin", "Renaud", "Simon", "Tessier", "Vasseur", "Besnard", "Collet", "Lefèvre"},
	},
	"es": {
		{"Alba", "Bruno", "Carmen", "Diego", "Elena", "Félix", "Gloria", "Hugo", "Irene", "Javier", "Lucía", "Marcos", "Nuria", "Óscar", "Paula", "Raúl", "Sara", "Tomás", "Íñigo", "Vera"},
		{"Alonso", "Benítez", "Castillo", "Domínguez", "Esteban", "Fuentes", "Gallego", "Herrera", "Ibáñez", "Jiménez", "Lozano", "Medina", "Núñez", "Ortega", "Peña", "Ramos", "Soler", "Torres", "Vidal", "Zamora"},
	},
	"nl": {
		{"Anouk", "Bas", "Carlijn", "Daan", "Eline", "Floris", "Guus", "Hanna", "Iris", "Joris", "Koen", "Lotte", "Maarten", "Noor", "Pieter", "Roos", "Sander", "Tess", "Wouter", "Zara"},
		{"Aarts", "Bakker", "Claassen", "de Boer", "Evers", "Franssen", "Gerritsen", "Hendriks", "Jansen", "Kuipers", "Leenders", "Meijer", "Nijland", "Peters", "Ruiter", "Smit", "Timmer", "van Dijk", "Visser", "Willems"},
	},
	"el": {
		{"Άννα", "Βασίλης", "Γιώργος", "Δήμητρα", "Ελένη", "Ζωή", "Ηλίας", "Θανάσης", "Ιωάννα", "Κώστας", "Λευτέρης", "Μαρία", "Νίκος", "Όλγα", "Πέτρος", "Ρένα", "Σοφία", "Τάσος", "Φωτεινή", "Χρήστος"},
		{"Αλεξίου", "Βλάχος", "Γεωργίου", "Δημητρίου", "Ευσταθίου", "Ζερβός", "Ιωάννου", "Καραγιάννης", "Λάμπρου", "Μαρκόπουλος", "Νικολάου", "Οικονόμου", "Παπαδάκης", "Ρήγας", "Σταύρου", "Τσάκας", "Φωτίου", "Χατζής", "Παππάς", "Κωνσταντίνου"},
	},
}

var departments = []string{"Finance", "Sales", "Operations", "Human Resources", "Engineering", "Marketing", "Logistics", "Legal", "Customer Service"}

var plainTitles = []string{"Accountant", "Account Manager", "Office Manager", "Buyer", "Engineer", "Designer", "Planner", "Analyst", "Shift Lead", "Assistant"}
