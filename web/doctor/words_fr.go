package doctor

import (
	"github.com/tenantry/tenantry/internal/diagnose"
	"github.com/tenantry/tenantry/web/lang"
)

var french = words{
	hello: "Bonjour,", intro: "Nous avons voulu lire ou changer quelque chose pour {customer}. Microsoft ne l’a pas permis.", help: "Ce qui aide :", thanks: "Merci beaucoup\n{person}, {partner}",
	times:   lang.Plurals{One: "Cela a échoué %d fois depuis le {date}.", Other: "Cela a échoué %d fois depuis le {date}."},
	numbers: "Pour la personne qui vérifie :", tenant: "Locataire", request: "ID de demande", activity: "ID d’activité", code: "Code de Microsoft", at: "Heure",
	causes: map[diagnose.Cause]told{
		diagnose.CauseSecretWrong:    {"Microsoft n’accepte pas le secret de notre programme. Cela arrête le travail pour tous les clients.", "Vérifiez le secret client dans les paramètres du portail. Entrez sa valeur, pas son ID."},
		diagnose.CauseSecretExpired:  {"Le secret de notre programme a expiré. Cela arrête le travail pour tous les clients.", "Créez un nouveau secret ou, mieux, un certificat dans l’inscription d’application, et entrez-le dans les paramètres du portail."},
		diagnose.CauseCertificate:    {"Microsoft ne connaît pas le certificat de notre programme. Cela arrête le travail pour tous les clients.", "Chargez le certificat dans l’inscription d’application."},
		diagnose.CauseAccountUnknown: {"Notre compte n’est pas dans votre locataire.", "Invitez le compte comme invité, ou donnez-nous accès par une relation de partenaire (GDAP)."},
		diagnose.CauseAccountGone:    {"Notre compte n’est plus dans votre locataire.", "Invitez-le de nouveau comme invité, ou donnez-nous accès par une relation de partenaire (GDAP)."},
		diagnose.CauseAccountOff:     {"Notre compte est désactivé ou supprimé dans votre locataire.", "Activez-le de nouveau dans Microsoft Entra, sous Utilisateurs."},
		diagnose.CauseNotAssigned:    {"Notre compte n’a pas le droit d’utiliser notre programme dans votre locataire.", "Ouvrez Microsoft Entra, Applications d’entreprise, notre programme, Utilisateurs et groupes, et ajoutez le compte."},
		diagnose.CausePolicy:         {"Une stratégie d’accès conditionnel de votre locataire bloque notre connexion.", "Cherchez le nom de la stratégie dans les journaux de connexion de Microsoft Entra. Décidez ensuite si vous faites une exception pour nous."},
		diagnose.CauseProgramBlocked: {"Une stratégie d’accès conditionnel de votre locataire bloque notre programme.", "Cherchez le nom de la stratégie dans Microsoft Entra, Journaux de connexion, Connexions du principal de service. Décidez ensuite si vous faites une exception pour nous."},
		diagnose.CauseHomeBlocks:     {"Notre propre locataire ne laisse pas nos collègues se connecter là-bas.", "Permettez-le dans Microsoft Entra, Paramètres d’accès entre locataires, Accès sortant."},
		diagnose.CauseTheyBlock:      {"Votre locataire ne laisse pas nos collègues se connecter.", "Permettez-le dans Microsoft Entra, Paramètres d’accès entre locataires, Accès entrant."},
		diagnose.CauseProgramUnknown: {"Votre locataire ne connaît pas notre programme. Personne n’a encore donné son accord, ou l’accord a été retiré.", "Ouvrez le lien d’accord que nous vous envoyons, et acceptez. Si vous avez accepté il y a moins d’une heure, attendez d’abord."},
		diagnose.CauseProgramGone:    {"Notre programme n’est plus dans votre locataire, ou il y est désactivé.", "Ouvrez le lien d’accord que nous vous envoyons, et acceptez. Ou activez le programme dans Microsoft Entra, Applications d’entreprise."},
		diagnose.CauseProgramOff:     {"Notre programme est désactivé dans votre locataire.", "Ouvrez Microsoft Entra, Applications d’entreprise, notre programme, Propriétés, et permettez de nouveau la connexion."},
		diagnose.CauseNotAgreed:      {"Personne dans votre entreprise n’a accepté ce dont nous avons besoin.", "Ouvrez le lien d’accord que nous vous envoyons, et acceptez."},
		diagnose.CauseNeedsAdmin:     {"Seul un administrateur de votre entreprise peut accepter ce dont nous avons besoin.", "Donnez notre lien d’accord à un administrateur général de votre entreprise."},
		diagnose.CauseDeclined:       {"L’accord a été refusé.", "Si c’était une erreur, dites-le-nous. Nous vous enverrons un nouveau lien."},
		diagnose.CauseScopeMissing:   {"Votre entreprise ne nous a pas donné l’autorisation {permission}.", "Ouvrez le lien d’accord que nous vous envoyons, et acceptez."},
		diagnose.CauseScopeKind:      {"Votre entreprise nous a donné l’autorisation {permission}, mais sous une forme qui ne vaut pas pour cela.", "Ouvrez le lien d’accord que nous vous envoyons, et acceptez."},
		diagnose.CauseScopeOrRole:    {"Il nous manque une autorisation ou un rôle. Nous ne savons pas encore lequel.", "Dites-nous si vous avez changé nos rôles ou notre programme. Pendant ce temps, nous vérifions nos autorisations."},
		diagnose.CauseDirectoryRole:  {"Notre compte n’a dans votre locataire aucun rôle qui permet cela.", "Donnez-lui le rôle nécessaire dans Microsoft Entra, Rôles et administrateurs."},
		diagnose.CauseIntuneRole:     {"Notre compte n’a dans Intune aucun rôle qui permet cela.", "Donnez-lui un rôle dans le centre d’administration Intune, Administration de locataire, Rôles. Ou donnez-lui le rôle d’annuaire Administrateur Intune."},
		diagnose.CauseScopeTag:       {"Notre rôle dans Intune ne peut pas voir cet objet, ou l’objet n’existe plus.", "Ouvrez le centre d’administration Intune, Administration de locataire, Rôles, et ajoutez la balise d’étendue de l’objet à notre attribution de rôle."},
		diagnose.CauseGDAPEnded:      {"Notre relation de partenaire (GDAP) avec vous est terminée.", "Approuvez-en une nouvelle. Nous vous envoyons le lien."},
		diagnose.CauseGDAPRole:       {"Notre relation de partenaire (GDAP) avec vous ne contient pas le rôle nécessaire.", "Approuvez-en une nouvelle avec le rôle Administrateur Intune. Nous vous envoyons le lien."},
		diagnose.CauseGDAPGroup:      {"La relation de partenaire (GDAP) contient le bon rôle. Mais l’un de nos collègues n’est dans aucun groupe qui le porte.", "Ajoutez la personne au groupe dans Microsoft Entra. Ensuite, elle se connecte de nouveau."},
		diagnose.CauseUnlicensed:     {"Votre entreprise n’a pas de licence pour ce service de Microsoft.", "Vérifiez vos licences. Sans licence, nous ne pouvons pas faire cela pour vous."},
		diagnose.CauseNoIntune:       {"Votre entreprise n’a pas de licence pour Microsoft Intune.", "Vérifiez vos licences. Sans licence, nous ne pouvons pas nous occuper de vos appareils."},
		diagnose.CauseServiceMissing: {"Votre locataire n’a pas le service de Microsoft nécessaire.", "Vérifiez vos licences. Sans licence, nous ne pouvons pas faire cela pour vous."},
		diagnose.CauseDefender:       {"Microsoft Defender n’est pas configuré dans votre locataire, ou notre compte n’y a pas de rôle.", "Ouvrez une fois le portail Microsoft Defender, et vérifiez-y notre rôle sous Autorisations."},
		diagnose.CauseApproval:       {"Intune attend l’accord d’un second administrateur.", "Ouvrez le centre d’administration Intune, Administration de locataire, Approbation de plusieurs administrateurs, et approuvez la demande. Elle prend fin après trois jours."},
		diagnose.CauseRequest:        {"Microsoft n’accepte pas ce que notre portail envoie. C’est sans doute une erreur du portail.", "Signalez-le aux auteurs du portail avec l’ID de demande."},
	},
}
