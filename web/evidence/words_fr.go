package evidence

import (
	"github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/internal/tenant"
	"github.com/tenantry/tenantry/web/lang"
)

var french = words{
	title: "Ce que {partner} peut faire chez {customer}", readOn: "Lu chez vous : {date}. Nous le relisons une fois par jour.", readLate: "Dernière lecture : {date}. C’est trop ancien pour être sûr.",
	download: "Télécharger tout ce qui a été fait", signOut: "Se déconnecter", devices: "Mes appareils", never: "jamais", nothing: "Rien.",
	unreadTitle: "Ce que vous avez accordé n’a jamais été lu en entier.", unreadText: "Cette page ne peut donc pas dire ce qui est permis.",
	problemTitle: "La dernière fois, nous n’avons pas tout vu.", problemText: "Ce qui est écrit ici vient de la dernière lecture complète.",
	backTitle: "Vous avez retiré votre accord.", backText: "Nous ne lisons plus rien.",
	readsTitle: "Ce que le programme peut lire seul", personsTitle: "Ce qu’une personne connectée peut faire",
	grantsTitle: "Ce que vous avez accordé", surplusTitle: "Accordé, mais pas nécessaire", surplusNote: "Rien de ce qui est convenu n’en a besoin. Vous pouvez le retirer sans rien perdre.",
	pastTitle: "Ce qui était accordé avant", byProgram: "par le programme seul", byPerson: "seulement par une personne connectée", unused: "pas encore",
	grantColumns: [5]string{"Dans les mots de Microsoft", "Utilisé", "Vu la première fois", "Vu la dernière fois", "Dernière utilisation"},
	askedTitle:   "Qui a demandé, et ce que vous avez répondu", nobodyAsked: "Personne n’a demandé par ce portail.",
	askedNote:    "Microsoft ne nous dit pas quel administrateur a donné son accord. Votre propre journal d’audit dans Microsoft Entra le nomme : cherchez « Consent to application ».",
	askedColumns: [4]string{"Qui a demandé", "Quand", "Pour quoi", "Réponse"},
	links:        map[consent.LinkState]string{consent.LinkOpen: "Attend votre réponse", consent.LinkUsed: "Accordé", consent.LinkRevoked: "Retiré par le partenaire", consent.LinkExpired: "Terminé sans réponse"},
	peopleTitle:  "Qui peut voir votre entreprise ici, et qui a fait quelque chose", peopleNote: "Toutes les personnes de {partner} qui peuvent ouvrir vos pages maintenant, et toutes celles qui ont fait quelque chose.",
	peopleColumns: [4]string{"Qui", "Peut", "Combien de fois", "Dernière fois"},
	roles:         map[tenant.Role]string{tenant.RoleOwner: "lire, agir et diriger le portail", tenant.RoleTechnician: "lire et agir", tenant.RoleSupport: "seulement lire"}, noAccess: "–",
	doneTitle: "Ce qui a été fait", doneNote: "Chaque ligne est liée à celle d’avant. Personne ne peut donc en changer ou en enlever une sans que cela se voie. Le fichier à télécharger les contient toutes.",
	verifyTitle: "Comment le vérifier sans nous",
	verify: [3]string{
		"Téléchargez le fichier ci-dessus. Il contient chaque ligne et son empreinte.",
		"Lancez **tenantry audit verify** avec le fichier. Le programme est libre et n’a pas besoin de connexion avec nous.",
		"Comparez l’empreinte qu’il affiche avec celle ci-dessous. Si vous l’avez notée plus tôt, personne ne peut avoir changé ce qui était avant.",
	},
	headLabel: "Empreinte de la ligne {n}", takeTitle: "Comment le retirer", takeText: "Ici, vous pouvez tout arrêter en une fois et décider ce que deviennent les données. Personne chez {partner} ne doit être d’accord.", takeButton: "Tout retirer…",
	remove: [3]string{
		"Ouvrez le **centre d’administration Microsoft Entra** comme administrateur de {customer}.",
		"Allez à **Applications d’entreprise** et choisissez « {program} ».",
		"Ouvrez **Propriétés** et supprimez le programme. Pour ne retirer que certains noms, ouvrez plutôt Autorisations.",
	},
	acts: map[string]string{
		"tenant.added": "a ajouté votre entreprise au portail", "consent.link.created": "a créé un lien d’accord pour vous", "consent.link.revoked": "a retiré un lien d’accord",
		"consent.plan.changed": "a changé ce que nous voulons vous demander",
		"consent.link.sent":    "vous a envoyé un lien d’accord par e-mail",
		"consent.begun":        "est allé de la page d’accord chez Microsoft", "consent.returned": "est revenu de chez Microsoft sans accord",
		"consent.unconfirmed": "a cherché votre accord et ne l’a pas encore vu", "consent.read": "a lu ce que vous avez accordé, et cela avait changé",
		"consent.withdrawn": "a retiré l’accord", "tenant.erased": "a supprimé les données de votre entreprise", "signin": "s’est connecté", "signout": "s’est déconnecté",
		"sync.requested": "a demandé une nouvelle lecture", "tenant.tagged": "a changé le classement de votre entreprise dans le portail",
		"review.accepted": "a accepté un point d’un contrôle", "review.handed": "a confié un point d’un contrôle à un collègue", "review.reopened": "a rouvert un point d’un contrôle",
		"review.noted": "a écrit une note dans un contrôle", "review.planned": "a prévu le prochain contrôle", "review.signed": "a signé un contrôle",
		"guest.invited": "a invité une personne comme invité dans votre entreprise", "guest.invited.failed": "a essayé d’inviter une personne, ce qui n’a pas abouti",
		"guest.invited.unknown": "a essayé d’inviter une personne, sans que l’on sache si cela a abouti", "guest.role.given.unknown": "a essayé de donner un rôle d’annuaire à un invité, sans que l’on sache si cela a abouti",
		"guest.role.given": "a donné un rôle d’annuaire à un invité", "guest.role.given.failed": "a essayé de donner un rôle d’annuaire à un invité, ce qui n’a pas abouti",
	},
	endTitle: "Tout retirer", endLead: "Cela met fin à ce que {partner} peut faire chez {customer}. Lisez d’abord ce qui va se passer.",
	ends: [4]string{
		"Nous arrêtons de lire tout de suite. Une lecture en cours ne change plus rien.",
		"Les liens d’accord ouverts ne marchent plus. Nous oublions tout de suite les connexions des personnes de {partner} à votre entreprise. Microsoft ne nous permet pas plus : chez Microsoft, elles finissent quand vous supprimez le programme.",
		"Nous ne pouvons pas enlever notre programme de chez vous, car il peut seulement lire. Nous vous montrons comment faire chez Microsoft, et nous vérifions qu’il est parti.",
		"Vous recevez une page qui prouve tout cela. Elle s’ouvre sans connexion : gardez son adresse.",
	},
	dataLegend: "Que deviennent les données que nous avons ?", keep: "Les garder pour le moment", keepHint: "Elles restent comme elles sont jusqu’au {date}. Ensuite, nous les supprimons.",
	erase: "Les supprimer maintenant", eraseHint: "Appareils, programmes, réglages, noms : tout. On ne peut pas les récupérer. La liste de ce qui a été fait reste, pour que vous puissiez la vérifier.",
	nameLabel: "Tapez le nom de votre entreprise : {customer}", nameFault: "Ce n’est pas le nom. Tapez-le comme il est écrit : {customer}", dataFault: "Choisissez ce que deviennent les données.",
	endButton: "Tout retirer", cancel: "Revenir sans rien changer",
	proofTitle: "Vous avez retiré votre accord", proofLead: "Cette page est votre preuve. Gardez son adresse, ou imprimez-la : elle s’ouvre sans connexion.",
	facts:   [7]string{"Entreprise", "Numéro de locataire", "Retiré", "Par", "Données", "Chez Microsoft", "Supprimé entre"},
	deleted: "Tout est supprimé : {date}", deleting: "Elles sont en train d’être supprimées. Cette page regarde de nouveau toute seule.", kept: "Gardées jusqu’au {date}. Ensuite, elles sont supprimées.", ended: "Depuis, vous avez de nouveau donné votre accord. Cette page montre ce qui était.",
	gone: "Parti. Microsoft ne connaissait plus notre programme chez vous ({date}).", still: "Encore là quand nous avons demandé ({date}).", notAsked: "Nous n’avons pas encore de réponse de Microsoft.",
	lookAgain: "Demander de nouveau à Microsoft", removeTitle: "Comment enlever le programme chez Microsoft",
	tableTitle: "Ce qui a été supprimé", tableColumns: [2]string{"Table", "Lignes"}, total: lang.Plurals{One: "%d ligne", Other: "%d lignes"},
	keptTitle: "Ce que nous gardons pour pouvoir le prouver",
	keptItems: [4]string{"Le nom et le numéro de votre entreprise.", "La liste de ce qui a été fait, que vous pouvez vérifier.", "Cette page.", "Quelles personnes de {partner} pouvaient voir votre entreprise."},
}
