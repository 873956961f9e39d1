package consent

import (
	domain "github.com/tenantry/tenantry/internal/consent"
	"github.com/tenantry/tenantry/web/lang"
)

var french = words{
	title:     "{partner} demande à s’occuper des appareils de {customer}",
	lead:      "Vous êtes l’administrateur : c’est vous qui décidez. Lisez d’abord cette page. Rien ne change avant votre accord sur la page de Microsoft, et vous pouvez le retirer à tout moment.",
	readTitle: "Ce que notre programme peut lire", readNote: "Il lit tout seul, jour et nuit. Il ne peut rien modifier.",
	seeTitle: "Ce qu’une personne connectée peut voir", seeNote: "Seulement pendant que cette personne est connectée chez vous.",
	changeTitle: "Ce qu’une personne peut modifier", changeNote: "Seulement une personne connue par son nom, connectée chez vous. Votre propre journal montre qui c’était.",
	changeNone:   "**Rien.** Nous ne demandons pas le droit de modifier quelque chose.",
	purposeTitle: "Pourquoi nous demandons", purpose: "{partner} s’occupe des appareils et des programmes de {customer}. Pour cela, nous devons voir comment ils vont.",
	keptTitle: "Ce que nous gardons, et combien de temps", kept: [2]string{"Nous gardons ce que notre programme lit : vos appareils, programmes et réglages, avec les noms des personnes concernées. Nous gardons aussi une liste de ce que nos collaborateurs font chez vous.", "Nous gardons les changements pendant **{days} jours**. Si vous retirez votre accord, nous ne lisons plus rien, et vous choisissez : nous effaçons ce que nous avons tout de suite, ou après {days} jours. Seule la liste de ce qui a été fait reste, comme preuve pour vous et pour nous."},
	twice:      "Microsoft vous demande **plusieurs fois** : d’abord pour le programme, puis pour ce qu’une personne peut faire. Vous pouvez vous arrêter après la première fois.",
	step:       text{"Encore une étape", "Nous avons regardé dans votre locataire le {date}. Le programme peut lire. Microsoft doit encore vous demander ce qu’une personne connectée peut faire.", "Continuez et lisez la liste suivante. Vous pouvez aussi vous arrêter ici."},
	neverTitle: "Ce que nous ne demandons jamais",
	never:      [3]string{"Les e-mails, calendriers, discussions et fichiers. Nous ne pouvons pas les ouvrir.", "Les mots de passe. Vous tapez le vôtre seulement sur la page de Microsoft.", "Le droit d’ajouter des administrateurs, ou de nous donner plus de droits."},
	nextTitle:  "Ce qui se passe ensuite",
	next: [3]string{
		"Vous allez sur **{host}** et vous vous connectez comme administrateur de {customer}.",
		"Microsoft montre la liste encore une fois, avec ses propres mots. Le programme s’appelle **« {program} »**. Si vous voyez un autre nom, arrêtez et demandez-nous. Rien n’est accordé avant que vous choisissiez « Accepter ».",
		"Vous revenez ici. Nous vérifions chez vous ce que vous avez vraiment accordé, et vous recevez un **reçu**.",
	},
	agree: "Continuer chez Microsoft", disagree: "Je ne suis pas d’accord", notSure: "Vous hésitez ? Envoyez cette page à un collègue. Ouvrir le lien ne l’utilise pas.",
	who: "Qui demande", forWhom: "Pour", number: "Le numéro de votre locataire (tenant)", until: "Ce lien fonctionne jusqu’au",
	questions: "Questions", takeBack: "Comment retirer votre accord", takeBackText: "Sur votre page de preuves, ou dans Microsoft Entra sous Applications d’entreprise.",
	message: "Un message de {who}", application: "le programme lit tout seul", delegated: "délégué : seulement avec une personne connectée",
	evidence: "Ouvrir votre page de preuves", tryAgain: "Ouvrir encore la page d’accord", works: "Ce qui fonctionne maintenant", notYet: "Ce qui ne fonctionne pas",
	receipt:   receiptWords{readOn: "Lu le", granted: "Accordé, dans les mots de Microsoft", who: "Qui a donné son accord", whoText: "Microsoft ne nous dit pas quel administrateur a donné son accord. Votre propre journal d’audit dans Microsoft Entra le nomme.", head: "Empreinte de ce qui a été fait, ligne {n}", verify: "Pour vérifier plus tard, téléchargez la liste sur votre page de preuve, lancez « tenantry audit verify » et comparez la ligne {n}. Imprimez cette page pour la garder."},
	takeOther: "Vous avez donné votre accord à notre programme « {name} » (ID d’application {id}). Nous travaillons maintenant avec un autre et n’en avons plus besoin.\n\nUn administrateur de {customer} peut le retirer dans Microsoft Entra : Applications d’entreprise, « {name} », Propriétés, Supprimer.", otherHolds: "Il a encore ces autorisations :",
	mailSubject: "{partner} demande votre accord",
	mailText:    "Bonjour,\n\n{partner} vous demande, comme administrateur de {customer}, de permettre au programme « {program} » de s’occuper de vos appareils. La page derrière ce lien dit ce que nous lisons, ce que nous ne demandons jamais, et comment retirer votre accord :\n\n{link}\n\nLe lien fonctionne jusqu’au {date}. L’ouvrir ne l’utilise pas.\n\n{contact}",
	names:       lang.Plurals{One: "Le nom (%d) avec les mots de Microsoft", Other: "Les %d noms avec les mots de Microsoft"},
	more:        lang.Plurals{One: "Microsoft montre une seule liste pour tous les clients, et vous ne pouvez l’accepter qu’en entier. Elle contient %d nom de plus, que nous n’utilisons pas chez vous.", Other: "Microsoft montre une seule liste pour tous les clients, et vous ne pouvez l’accepter qu’en entier. Elle contient %d noms de plus, que nous n’utilisons pas chez vous."},
	outcome: map[domain.Result]text{
		domain.Connected:   {"{customer} est connecté", "Nous avons regardé chez vous le {date} : toute la liste est accordée.", "Gardez votre page de preuves. Elle montre ce que nous pouvons lire, et comment retirer votre accord."},
		domain.Partial:     {"{customer} est connecté en partie", "Nous avons regardé chez vous le {date}. Une partie de la liste est accordée, une autre non.", "Demandez à {partner} si le reste est nécessaire. Vous pouvez aussi le laisser ainsi."},
		domain.Waiting:     {"Votre réponse est arrivée", "Microsoft la copie maintenant partout. Nous ne la voyons pas encore chez vous.", "Attendez quelques minutes. Cette page regarde encore toute seule, et vous pouvez la fermer."},
		domain.Unproven:    {"Nous ne voyons pas votre accord", "Vous êtes revenu de Microsoft, mais nous ne voyons chez vous aucun accord pour notre programme.", "Ouvrez encore la page d’accord et cherchez « Accepter » sur la page de Microsoft."},
		domain.Declined:    {"Vous n’avez pas donné votre accord", "Rien n’a été accordé et rien n’a changé chez {customer}.", "Si vous changez d’avis, ouvrez encore la page d’accord. Elle fonctionne jusqu’au {until}."},
		domain.NeedsAdmin:  {"Vous ne pouvez pas décider cela", "Microsoft dit que votre compte ne peut pas donner un accord pour toute l’entreprise. Rien n’a changé.", "Envoyez le lien à un administrateur général de {customer}."},
		domain.WrongTenant: {"Vous étiez connecté dans une autre entreprise", "Ce lien est pour {customer} (locataire {number}). Vous étiez connecté au locataire {other}. Rien n’a été accordé chez {customer}.", "Ouvrez encore la page d’accord, et connectez-vous avec votre compte de {customer}."},
		domain.Refused:     {"Microsoft n’a pas terminé", "Microsoft vous a renvoyé ici sans réponse{code}. Rien n’a changé chez {customer}.", "Ouvrez encore la page d’accord. Si cela se répète, appelez {partner}."},
		domain.Expired:     {"C’était trop long", "Plus d’une heure est passée entre la page d’accord et votre réponse. Nous ne l’avons pas prise.", "Ouvrez encore la page d’accord. Elle fonctionne jusqu’au {until}."},
		domain.Revoked:     {"Ce lien a été retiré", "{partner} a retiré le lien pendant que vous étiez chez Microsoft. Nous n’avons rien regardé chez vous.", "Demandez un nouveau lien à {partner}."},
		domain.Used:        {"Cette réponse a déjà été utilisée", "Elle compte une seule fois. Son effet reste.", "Ouvrez votre page de preuves pour voir ce qui est accordé."},
		domain.Unknown:     {"Nous ne connaissons pas cette réponse", "Elle n’appartient pas à une demande commencée ici. Rien n’a changé.", "Ouvrez le lien que vous avez reçu, et commencez là."},
	},
	gone: map[domain.LinkState]text{
		domain.LinkExpired: {"Ce lien est terminé", "Il fonctionnait jusqu’au {until}. Rien n’a changé.", "Demandez un nouveau lien à {partner}."},
		domain.LinkRevoked: {"Ce lien a été retiré", "{partner} n’en a plus besoin. Rien n’a changé.", "Demandez à {partner} si vous attendiez autre chose."},
		domain.LinkUsed:    {"Ce lien a déjà été utilisé", "L’accord a été donné avec ce lien. Il fonctionne une seule fois.", "Ouvrez votre page de preuves pour voir ce qui est accordé."},
	},
	notFound: text{"Nous ne connaissons pas ce lien", "Il est peut-être coupé ou mal tapé.", "Copiez le lien entier depuis le message que vous avez reçu."},
}
