package evidence

import (
	"strings"

	"github.com/tenantry/tenantry/internal/deviceaction"
	"github.com/tenantry/tenantry/internal/permission"
)

// deviceSteps are the steps of an action on a device, by the ending of its record; {what} is the action.
type deviceSteps struct {
	steps map[string]string
	what  []string // in the order of deviceaction.Kinds
}

// withDevices adds the acts on devices, with their steps. English has the words that staff read.
func withDevices(in map[permission.Lang]words) map[permission.Lang]words {
	for l, d := range onDevices {
		for i, k := range deviceaction.Kinds {
			for step, text := range d.steps {
				in[l].acts["device."+k.Name+"."+step] = strings.ReplaceAll(text, "{what}", d.what[i])
			}
		}
	}
	return in
}

var onDevices = map[permission.Lang]deviceSteps{
	permission.French: {map[string]string{
		"asked": "a demandé pour un appareil : {what}", "sent": "a transmis à Microsoft pour un appareil : {what}", "sent.failed": "a demandé à Microsoft, qui a refusé, pour un appareil : {what}",
		"sent.unknown": "a demandé à Microsoft pour un appareil, sans savoir si cela a été fait : {what}", "result.done": "a constaté sur un appareil que cela est fait : {what}", "result.failed": "a constaté sur un appareil que cela a échoué : {what}",
		"result.cancelled": "a constaté pour un appareil que cela est annulé : {what}", "result.gone": "a vu partir l’appareil avant sa réponse : {what}", "result.unknown": "n’a pas pu savoir si cela a été fait sur un appareil : {what}",
	}, []string{"synchroniser", "redémarrer", "éteindre", "verrouiller", "localiser", "activer le mode perdu", "désactiver le mode perdu", "faire sonner l’appareil perdu", "réinitialiser le code", "retrouver le code", "analyse antivirus", "mise à jour de l’antivirus", "recueillir des diagnostics", "ordre à Configuration Manager", "nouvelle clé BitLocker", "nouvelle clé FileVault", "désactiver le verrouillage d’activation", "reprendre les licences de l’App Store", "envoyer une notification", "aide à distance", "supprimer un utilisateur d’un iPad partagé", "déconnecter l’utilisateur d’un iPad partagé", "renommer", "changer la catégorie", "changer le propriétaire", "écrire des notes", "retirer les données de l’entreprise", "réinstaller Windows", "effacer", "supprimer la fiche"}},
	permission.German: {map[string]string{
		"asked": "hat für ein Gerät verlangt: {what}", "sent": "hat für ein Gerät an Microsoft gegeben: {what}", "sent.failed": "hat für ein Gerät verlangt, was Microsoft ablehnte: {what}",
		"sent.unknown": "hat für ein Gerät verlangt; ob es geschah, ist nicht bekannt: {what}", "result.done": "hat gesehen, dass es auf einem Gerät erledigt ist: {what}", "result.failed": "hat gesehen, dass es auf einem Gerät misslang: {what}",
		"result.cancelled": "hat gesehen, dass es für ein Gerät zurückgenommen ist: {what}", "result.gone": "hat das Gerät verschwinden sehen, bevor es antwortete: {what}", "result.unknown": "hat nicht erfahren, ob es auf einem Gerät geschah: {what}",
	}, []string{"abgleichen", "neu starten", "ausschalten", "sperren", "orten", "Verloren-Modus ein", "Verloren-Modus aus", "verlorenes Gerät klingeln lassen", "Code zurücksetzen", "Code wiederherstellen", "nach Schadprogrammen suchen", "Virenschutz aktualisieren", "Diagnosedaten einholen", "Auftrag an Configuration Manager", "neuer BitLocker-Schlüssel", "neuer FileVault-Schlüssel", "Aktivierungssperre aufheben", "App-Store-Lizenzen zurücknehmen", "Mitteilung senden", "Fernhilfe", "Benutzer von einem geteilten iPad löschen", "Benutzer von einem geteilten iPad abmelden", "umbenennen", "Kategorie ändern", "Besitzer ändern", "Notizen schreiben", "Firmendaten entfernen", "Windows neu aufsetzen", "löschen", "Eintrag löschen"}},
	permission.Spanish: {map[string]string{
		"asked": "pidió para un dispositivo: {what}", "sent": "lo entregó a Microsoft para un dispositivo: {what}", "sent.failed": "pidió para un dispositivo lo que Microsoft rechazó: {what}",
		"sent.unknown": "pidió para un dispositivo, sin saberse si se hizo: {what}", "result.done": "vio que se hizo en un dispositivo: {what}", "result.failed": "vio que falló en un dispositivo: {what}",
		"result.cancelled": "vio que se anuló para un dispositivo: {what}", "result.gone": "vio desaparecer el dispositivo antes de su respuesta: {what}", "result.unknown": "no pudo saber si se hizo en un dispositivo: {what}",
	}, []string{"sincronizar", "reiniciar", "apagar", "bloquear", "localizar", "activar el modo perdido", "desactivar el modo perdido", "hacer sonar el dispositivo perdido", "restablecer el código", "recuperar el código", "buscar software malicioso", "actualizar el antivirus", "reunir diagnósticos", "orden a Configuration Manager", "nueva clave de BitLocker", "nueva clave de FileVault", "quitar el bloqueo de activación", "retirar las licencias de App Store", "enviar una notificación", "ayuda a distancia", "eliminar un usuario de un iPad compartido", "cerrar la sesión de un iPad compartido", "cambiar el nombre", "cambiar la categoría", "cambiar el propietario", "escribir notas", "quitar los datos de la empresa", "instalar Windows de nuevo", "borrar", "eliminar la ficha"}},
	permission.Dutch: {map[string]string{
		"asked": "vroeg voor een apparaat: {what}", "sent": "gaf voor een apparaat aan Microsoft: {what}", "sent.failed": "vroeg voor een apparaat, wat Microsoft weigerde: {what}",
		"sent.unknown": "vroeg voor een apparaat; of het gebeurde, is niet bekend: {what}", "result.done": "zag dat het op een apparaat is gedaan: {what}", "result.failed": "zag dat het op een apparaat mislukte: {what}",
		"result.cancelled": "zag dat het voor een apparaat is ingetrokken: {what}", "result.gone": "zag het apparaat verdwijnen voordat het antwoordde: {what}", "result.unknown": "kon niet zien of het op een apparaat gebeurde: {what}",
	}, []string{"synchroniseren", "opnieuw starten", "uitschakelen", "vergrendelen", "zoeken waar het is", "verloren-modus aan", "verloren-modus uit", "verloren apparaat laten klinken", "code resetten", "code herstellen", "zoeken naar malware", "virusscanner bijwerken", "diagnostische gegevens ophalen", "opdracht aan Configuration Manager", "nieuwe BitLocker-sleutel", "nieuwe FileVault-sleutel", "activeringsslot opheffen", "App Store-licenties terugnemen", "melding sturen", "hulp op afstand", "gebruiker van een gedeelde iPad verwijderen", "gebruiker van een gedeelde iPad afmelden", "andere naam geven", "categorie wijzigen", "eigenaar wijzigen", "notities schrijven", "bedrijfsgegevens verwijderen", "Windows opnieuw installeren", "wissen", "gegevens van het apparaat verwijderen"}},
	permission.Greek: {map[string]string{
		"asked": "ζήτησε για μια συσκευή: {what}", "sent": "το έδωσε στη Microsoft για μια συσκευή: {what}", "sent.failed": "ζήτησε για μια συσκευή κάτι που η Microsoft αρνήθηκε: {what}",
		"sent.unknown": "ζήτησε για μια συσκευή· δεν είναι γνωστό αν έγινε: {what}", "result.done": "είδε ότι έγινε σε μια συσκευή: {what}", "result.failed": "είδε ότι απέτυχε σε μια συσκευή: {what}",
		"result.cancelled": "είδε ότι ακυρώθηκε για μια συσκευή: {what}", "result.gone": "είδε τη συσκευή να φεύγει πριν απαντήσει: {what}", "result.unknown": "δεν έμαθε αν έγινε σε μια συσκευή: {what}",
	}, []string{"συγχρονισμός", "επανεκκίνηση", "τερματισμός", "κλείδωμα", "εντοπισμός", "λειτουργία απώλειας", "τέλος λειτουργίας απώλειας", "ήχος στη χαμένη συσκευή", "επαναφορά κωδικού", "ανάκτηση κωδικού", "σάρωση για κακόβουλο λογισμικό", "ενημέρωση προστασίας", "συλλογή διαγνωστικών", "εντολή στο Configuration Manager", "νέο κλειδί BitLocker", "νέο κλειδί FileVault", "άρση κλειδώματος ενεργοποίησης", "ανάκληση αδειών App Store", "αποστολή ειδοποίησης", "βοήθεια από απόσταση", "διαγραφή χρήστη από κοινόχρηστο iPad", "αποσύνδεση χρήστη από κοινόχρηστο iPad", "μετονομασία", "αλλαγή κατηγορίας", "αλλαγή κατόχου", "σημειώσεις", "αφαίρεση εταιρικών δεδομένων", "νέα εγκατάσταση Windows", "διαγραφή όλων των δεδομένων", "διαγραφή εγγραφής"}},
}
