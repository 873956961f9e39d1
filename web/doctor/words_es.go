package doctor

import (
	"github.com/tenantry/tenantry/internal/diagnose"
	"github.com/tenantry/tenantry/web/lang"
)

var spanish = words{
	hello: "Buenos días:", intro: "Quisimos leer o cambiar algo para {customer}. Microsoft no lo permitió.", help: "Qué ayuda:", thanks: "Muchas gracias\n{person}, {partner}",
	times:   lang.Plurals{One: "Ha fallado %d vez desde el {date}.", Other: "Ha fallado %d veces desde el {date}."},
	numbers: "Para la persona que lo revisa:", tenant: "Inquilino", request: "Id. de solicitud", activity: "Id. de actividad", code: "Código de Microsoft", at: "Hora",
	causes: map[diagnose.Cause]told{
		diagnose.CauseSecretWrong:    {"Microsoft no acepta el secreto de nuestro programa. Esto para el trabajo para todos los clientes.", "Revise el secreto de cliente en la configuración del portal. Escriba su valor, no su id."},
		diagnose.CauseSecretExpired:  {"El secreto de nuestro programa ha caducado. Esto para el trabajo para todos los clientes.", "Cree un secreto nuevo o, mejor, un certificado en el registro de la aplicación, y escríbalo en la configuración del portal."},
		diagnose.CauseCertificate:    {"Microsoft no conoce el certificado de nuestro programa. Esto para el trabajo para todos los clientes.", "Suba el certificado al registro de la aplicación."},
		diagnose.CauseAccountUnknown: {"Nuestra cuenta no está en su inquilino.", "Invite la cuenta como invitado, o denos acceso con una relación de socio (GDAP)."},
		diagnose.CauseAccountGone:    {"Nuestra cuenta ya no está en su inquilino.", "Invítela otra vez como invitado, o denos acceso con una relación de socio (GDAP)."},
		diagnose.CauseAccountOff:     {"Nuestra cuenta está desactivada o eliminada en su inquilino.", "Actívela de nuevo en Microsoft Entra, en Usuarios."},
		diagnose.CauseNotAssigned:    {"Nuestra cuenta no puede usar nuestro programa en su inquilino.", "Abra Microsoft Entra, Aplicaciones empresariales, nuestro programa, Usuarios y grupos, y añada la cuenta."},
		diagnose.CausePolicy:         {"Una directiva de acceso condicional de su inquilino bloquea nuestro inicio de sesión.", "Busque el nombre de la directiva en los registros de inicio de sesión de Microsoft Entra. Después decida si hace una excepción para nosotros."},
		diagnose.CauseProgramBlocked: {"Una directiva de acceso condicional de su inquilino bloquea nuestro programa.", "Busque el nombre de la directiva en Microsoft Entra, Registros de inicio de sesión, Inicios de sesión de entidad de servicio. Después decida si hace una excepción para nosotros."},
		diagnose.CauseHomeBlocks:     {"Nuestro propio inquilino no deja que nuestra gente inicie sesión allí.", "Permítalo en Microsoft Entra, Configuración de acceso entre inquilinos, Acceso de salida."},
		diagnose.CauseTheyBlock:      {"Su inquilino no deja que nuestra gente inicie sesión.", "Permítalo en Microsoft Entra, Configuración de acceso entre inquilinos, Acceso de entrada."},
		diagnose.CauseProgramUnknown: {"Su inquilino no conoce nuestro programa. Nadie ha dado aún su consentimiento, o se retiró.", "Abra el enlace de consentimiento que le enviamos y acepte. Si aceptó en la última hora, espere primero."},
		diagnose.CauseProgramGone:    {"Nuestro programa ya no está en su inquilino, o está desactivado allí.", "Abra el enlace de consentimiento que le enviamos y acepte. O active el programa en Microsoft Entra, Aplicaciones empresariales."},
		diagnose.CauseProgramOff:     {"Nuestro programa está desactivado en su inquilino.", "Abra Microsoft Entra, Aplicaciones empresariales, nuestro programa, Propiedades, y permita de nuevo el inicio de sesión."},
		diagnose.CauseNotAgreed:      {"Nadie en su empresa ha aceptado lo que necesitamos.", "Abra el enlace de consentimiento que le enviamos y acepte."},
		diagnose.CauseNeedsAdmin:     {"Solo un administrador de su empresa puede aceptar lo que necesitamos.", "Dé nuestro enlace de consentimiento a un administrador global de su empresa."},
		diagnose.CauseDeclined:       {"El consentimiento fue rechazado.", "Si fue un error, díganoslo. Entonces le enviamos un enlace nuevo."},
		diagnose.CauseScopeMissing:   {"Su empresa no nos ha dado el permiso {permission}.", "Abra el enlace de consentimiento que le enviamos y acepte."},
		diagnose.CauseScopeKind:      {"Su empresa nos ha dado el permiso {permission}, pero en una forma que no sirve para esto.", "Abra el enlace de consentimiento que le enviamos y acepte."},
		diagnose.CauseScopeOrRole:    {"Nos falta un permiso o un rol. Aún no sabemos cuál.", "Díganos si ha cambiado nuestros roles o nuestro programa. Mientras tanto revisamos nuestros permisos."},
		diagnose.CauseDirectoryRole:  {"Nuestra cuenta no tiene en su inquilino ningún rol que permita esto.", "Dele el rol que necesita en Microsoft Entra, Roles y administradores."},
		diagnose.CauseIntuneRole:     {"Nuestra cuenta no tiene en Intune ningún rol que permita esto.", "Dele un rol en el centro de administración de Intune, Administración de inquilinos, Roles. O dele el rol de directorio Administrador de Intune."},
		diagnose.CauseScopeTag:       {"Nuestro rol en Intune no puede ver este objeto, o el objeto ya no existe.", "Abra el centro de administración de Intune, Administración de inquilinos, Roles, y añada la etiqueta de ámbito del objeto a nuestra asignación de rol."},
		diagnose.CauseGDAPEnded:      {"Nuestra relación de socio (GDAP) con ustedes ha terminado.", "Apruebe una nueva. Le enviamos el enlace."},
		diagnose.CauseGDAPRole:       {"Nuestra relación de socio (GDAP) con ustedes no tiene el rol que necesitamos.", "Apruebe una nueva con el rol Administrador de Intune. Le enviamos el enlace."},
		diagnose.CauseGDAPGroup:      {"La relación de socio (GDAP) tiene el rol correcto. Pero una persona nuestra no está en ningún grupo que lo tenga.", "Añada la persona al grupo en Microsoft Entra. Después, la persona inicia sesión otra vez."},
		diagnose.CauseUnlicensed:     {"Su empresa no tiene licencia para este servicio de Microsoft.", "Revise sus licencias. Sin licencia no podemos hacer esto por usted."},
		diagnose.CauseNoIntune:       {"Su empresa no tiene licencia para Microsoft Intune.", "Revise sus licencias. Sin licencia no podemos cuidar sus dispositivos."},
		diagnose.CauseServiceMissing: {"Su inquilino no tiene el servicio de Microsoft que hace falta.", "Revise sus licencias. Sin licencia no podemos hacer esto por usted."},
		diagnose.CauseDefender:       {"Microsoft Defender no está configurado en su inquilino, o nuestra cuenta no tiene un rol allí.", "Abra una vez el portal de Microsoft Defender y revise allí nuestro rol, en Permisos."},
		diagnose.CauseApproval:       {"Intune espera a que un segundo administrador lo apruebe.", "Abra el centro de administración de Intune, Administración de inquilinos, Aprobación de varios administradores, y apruebe la solicitud. Termina a los tres días."},
		diagnose.CauseRequest:        {"Microsoft no acepta lo que envía nuestro portal. Seguramente es un error del portal.", "Comuníquelo a los autores del portal con el id. de solicitud."},
	},
}
