package lang

import "github.com/tenantry/tenantry/internal/permission"

var forms = map[permission.Lang]form{
	permission.English: {
		name: "English", skip: "Skip to content",
		paper: [3]string{"Read on", "Address", "Fingerprint"}, privacy: "Questions about your data",
		weekdays: [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
		months:   [12]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
		date:     "{weekday}, {day} {month} {year}, {time} (UTC)",
		short:    "{day} {month} {year}, {time} UTC",
	},
	permission.French: {
		name: "Français", skip: "Aller au contenu",
		paper: [3]string{"Lu le", "Adresse", "Empreinte"}, privacy: "Questions sur vos données",
		weekdays: [7]string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"},
		months:   [12]string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"},
		date:     "{weekday} {day} {month} {year} à {time} (UTC)",
		short:    "{day} {month} {year}, {time} UTC",
	},
	permission.German: {
		name: "Deutsch", skip: "Zum Inhalt",
		paper: [3]string{"Gelesen am", "Adresse", "Fingerabdruck"}, privacy: "Fragen zu Ihren Daten",
		weekdays: [7]string{"Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"},
		months:   [12]string{"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"},
		date:     "{weekday}, {day}. {month} {year}, {time} Uhr (UTC)",
		short:    "{day}. {month} {year}, {time} UTC",
	},
	permission.Spanish: {
		name: "Español", skip: "Ir al contenido",
		paper: [3]string{"Leído el", "Dirección", "Huella"}, privacy: "Preguntas sobre sus datos",
		weekdays: [7]string{"domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado"},
		months:   [12]string{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"},
		date:     "{weekday}, {day} de {month} de {year}, {time} (UTC)",
		short:    "{day} de {month} de {year}, {time} UTC",
	},
	permission.Dutch: {
		name: "Nederlands", skip: "Naar de inhoud",
		paper: [3]string{"Gelezen op", "Adres", "Vingerafdruk"}, privacy: "Vragen over uw gegevens",
		weekdays: [7]string{"zondag", "maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag"},
		months:   [12]string{"januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"},
		date:     "{weekday} {day} {month} {year}, {time} uur (UTC)",
		short:    "{day} {month} {year}, {time} UTC",
	},
	permission.Greek: {
		name: "Ελληνικά", skip: "Μετάβαση στο περιεχόμενο",
		paper: [3]string{"Διαβάστηκε", "Διεύθυνση", "Αποτύπωμα"}, privacy: "Ερωτήσεις για τα δεδομένα σας",
		weekdays: [7]string{"Κυριακή", "Δευτέρα", "Τρίτη", "Τετάρτη", "Πέμπτη", "Παρασκευή", "Σάββατο"},
		months:   [12]string{"Ιανουαρίου", "Φεβρουαρίου", "Μαρτίου", "Απριλίου", "Μαΐου", "Ιουνίου", "Ιουλίου", "Αυγούστου", "Σεπτεμβρίου", "Οκτωβρίου", "Νοεμβρίου", "Δεκεμβρίου"},
		date:     "{weekday}, {day} {month} {year}, {time} (UTC)",
		short:    "{day} {month} {year}, {time} UTC",
	},
}
