package evidence

import (
	"strings"

	"github.com/tenantry/tenantry/internal/permission"
)

// attempted are acts at the company of which it must be said too that they failed, or that nobody knows: each done, and as somebody wants to
// do it. {what} stands for the latter.
type attempted struct {
	failed, unknown string
	what            map[string][2]string
}

// withSetUps adds the acts that set provisioning up, with how each may end.
func withSetUps(in map[permission.Lang]words) map[permission.Lang]words {
	for l, a := range setUps {
		for action, w := range a.what {
			in[l].acts[action] = w[0]
			in[l].acts[action+".failed"] = strings.ReplaceAll(a.failed, "{what}", w[1])
			in[l].acts[action+".unknown"] = strings.ReplaceAll(a.unknown, "{what}", w[1])
		}
	}
	return in
}

// setUps are the acts by which provisioning is set up and steered, for customers, copying accounts to programs; and the download of diagnostics.
var setUps = map[permission.Lang]attempted{
	permission.English: {"tried to {what}, without success", "tried to {what}; whether it was done is not known", map[string][2]string{
		"provisioning.application.added": {"added a program to your tenant", "add a program to your tenant"},
		"provisioning.job.made":          {"set up the copying of accounts to a program", "set up the copying of accounts to a program"},
		"provisioning.access.tested":     {"tested the access to a program", "test the access to a program"},
		"provisioning.access.saved":      {"gave Microsoft the access to a program", "give Microsoft the access to a program"},
		"provisioning.job.started":       {"started the copying of accounts", "start the copying of accounts"},
		"provisioning.job.paused":        {"paused the copying of accounts", "pause the copying of accounts"},
		"provisioning.job.restarted":     {"restarted the copying of accounts", "restart the copying of accounts"},
		"provisioning.job.deleted":       {"deleted the copying of accounts to a program", "delete the copying of accounts to a program"},
		"provisioning.demanded":          {"copied one account to a program", "copy one account to a program"},
		"diagnostics.downloaded":         {"downloaded the diagnostics of a device", "download the diagnostics of a device"},
	}},
	permission.French: {"a essayé {what}, ce qui n’a pas abouti", "a essayé {what}, sans que l’on sache si cela a abouti", map[string][2]string{
		"provisioning.application.added": {"a ajouté un programme dans votre entreprise", "d’ajouter un programme dans votre entreprise"},
		"provisioning.job.made":          {"a réglé la copie des comptes vers un programme", "de régler la copie des comptes vers un programme"},
		"provisioning.access.tested":     {"a testé l’accès à un programme", "de tester l’accès à un programme"},
		"provisioning.access.saved":      {"a donné à Microsoft l’accès à un programme", "de donner à Microsoft l’accès à un programme"},
		"provisioning.job.started":       {"a démarré la copie des comptes", "de démarrer la copie des comptes"},
		"provisioning.job.paused":        {"a mis en pause la copie des comptes", "de mettre en pause la copie des comptes"},
		"provisioning.job.restarted":     {"a redémarré la copie des comptes", "de redémarrer la copie des comptes"},
		"provisioning.job.deleted":       {"a supprimé la copie des comptes vers un programme", "de supprimer la copie des comptes vers un programme"},
		"provisioning.demanded":          {"a copié un compte vers un programme", "de copier un compte vers un programme"},
		"diagnostics.downloaded":         {"a téléchargé les diagnostics d’un appareil", "de télécharger les diagnostics d’un appareil"},
	}},
	permission.German: {"wollte {what}, was nicht gelang", "wollte {what}; ob es gelang, ist nicht bekannt", map[string][2]string{
		"provisioning.application.added": {"hat bei Ihnen ein Programm hinzugefügt", "bei Ihnen ein Programm hinzufügen"},
		"provisioning.job.made":          {"hat das Kopieren von Konten in ein Programm eingerichtet", "das Kopieren von Konten in ein Programm einrichten"},
		"provisioning.access.tested":     {"hat den Zugang zu einem Programm geprüft", "den Zugang zu einem Programm prüfen"},
		"provisioning.access.saved":      {"hat Microsoft den Zugang zu einem Programm gegeben", "Microsoft den Zugang zu einem Programm geben"},
		"provisioning.job.started":       {"hat das Kopieren von Konten gestartet", "das Kopieren von Konten starten"},
		"provisioning.job.paused":        {"hat das Kopieren von Konten angehalten", "das Kopieren von Konten anhalten"},
		"provisioning.job.restarted":     {"hat das Kopieren von Konten neu gestartet", "das Kopieren von Konten neu starten"},
		"provisioning.job.deleted":       {"hat das Kopieren von Konten in ein Programm gelöscht", "das Kopieren von Konten in ein Programm löschen"},
		"provisioning.demanded":          {"hat ein Konto in ein Programm kopiert", "ein Konto in ein Programm kopieren"},
		"diagnostics.downloaded":         {"hat Diagnosedaten eines Geräts heruntergeladen", "Diagnosedaten eines Geräts herunterladen"},
	}},
	permission.Spanish: {"intentó {what}, sin éxito", "intentó {what}; no se sabe si se hizo", map[string][2]string{
		"provisioning.application.added": {"añadió un programa a su empresa", "añadir un programa a su empresa"},
		"provisioning.job.made":          {"configuró la copia de cuentas a un programa", "configurar la copia de cuentas a un programa"},
		"provisioning.access.tested":     {"probó el acceso a un programa", "probar el acceso a un programa"},
		"provisioning.access.saved":      {"dio a Microsoft el acceso a un programa", "dar a Microsoft el acceso a un programa"},
		"provisioning.job.started":       {"inició la copia de cuentas", "iniciar la copia de cuentas"},
		"provisioning.job.paused":        {"pausó la copia de cuentas", "pausar la copia de cuentas"},
		"provisioning.job.restarted":     {"reinició la copia de cuentas", "reiniciar la copia de cuentas"},
		"provisioning.job.deleted":       {"eliminó la copia de cuentas a un programa", "eliminar la copia de cuentas a un programa"},
		"provisioning.demanded":          {"copió una cuenta a un programa", "copiar una cuenta a un programa"},
		"diagnostics.downloaded":         {"descargó los diagnósticos de un dispositivo", "descargar los diagnósticos de un dispositivo"},
	}},
	permission.Dutch: {"wilde {what}, wat niet lukte", "wilde {what}; of het lukte, is niet bekend", map[string][2]string{
		"provisioning.application.added": {"heeft bij u een programma toegevoegd", "bij u een programma toevoegen"},
		"provisioning.job.made":          {"heeft het kopiëren van accounts naar een programma ingesteld", "het kopiëren van accounts naar een programma instellen"},
		"provisioning.access.tested":     {"heeft de toegang tot een programma getest", "de toegang tot een programma testen"},
		"provisioning.access.saved":      {"heeft Microsoft de toegang tot een programma gegeven", "Microsoft de toegang tot een programma geven"},
		"provisioning.job.started":       {"heeft het kopiëren van accounts gestart", "het kopiëren van accounts starten"},
		"provisioning.job.paused":        {"heeft het kopiëren van accounts gepauzeerd", "het kopiëren van accounts pauzeren"},
		"provisioning.job.restarted":     {"heeft het kopiëren van accounts opnieuw gestart", "het kopiëren van accounts opnieuw starten"},
		"provisioning.job.deleted":       {"heeft het kopiëren van accounts naar een programma verwijderd", "het kopiëren van accounts naar een programma verwijderen"},
		"provisioning.demanded":          {"heeft één account naar een programma gekopieerd", "één account naar een programma kopiëren"},
		"diagnostics.downloaded":         {"heeft diagnostische gegevens van een apparaat gedownload", "diagnostische gegevens van een apparaat downloaden"},
	}},
	permission.Greek: {"προσπάθησε να {what}, χωρίς επιτυχία", "προσπάθησε να {what}· δεν είναι γνωστό αν έγινε", map[string][2]string{
		"provisioning.application.added": {"πρόσθεσε ένα πρόγραμμα στην εταιρεία σας", "προσθέσει ένα πρόγραμμα στην εταιρεία σας"},
		"provisioning.job.made":          {"ρύθμισε την αντιγραφή λογαριασμών σε ένα πρόγραμμα", "ρυθμίσει την αντιγραφή λογαριασμών σε ένα πρόγραμμα"},
		"provisioning.access.tested":     {"δοκίμασε την πρόσβαση σε ένα πρόγραμμα", "δοκιμάσει την πρόσβαση σε ένα πρόγραμμα"},
		"provisioning.access.saved":      {"έδωσε στη Microsoft την πρόσβαση σε ένα πρόγραμμα", "δώσει στη Microsoft την πρόσβαση σε ένα πρόγραμμα"},
		"provisioning.job.started":       {"ξεκίνησε την αντιγραφή λογαριασμών", "ξεκινήσει την αντιγραφή λογαριασμών"},
		"provisioning.job.paused":        {"σταμάτησε προσωρινά την αντιγραφή λογαριασμών", "σταματήσει προσωρινά την αντιγραφή λογαριασμών"},
		"provisioning.job.restarted":     {"ξεκίνησε ξανά την αντιγραφή λογαριασμών", "ξεκινήσει ξανά την αντιγραφή λογαριασμών"},
		"provisioning.job.deleted":       {"διέγραψε την αντιγραφή λογαριασμών σε ένα πρόγραμμα", "διαγράψει την αντιγραφή λογαριασμών σε ένα πρόγραμμα"},
		"provisioning.demanded":          {"αντέγραψε έναν λογαριασμό σε ένα πρόγραμμα", "αντιγράψει έναν λογαριασμό σε ένα πρόγραμμα"},
		"diagnostics.downloaded":         {"κατέβασε τα διαγνωστικά μιας συσκευής", "κατεβάσει τα διαγνωστικά μιας συσκευής"},
	}},
}
