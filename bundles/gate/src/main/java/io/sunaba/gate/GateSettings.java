package io.sunaba.gate;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/// The configuration `io.sunaba.trust` as written; [Policy] is what is made of it.
@ObjectClassDefinition(
        pid = Policy.PID,
        name = "Sunaba trust",
        description = "Which bundles are let in besides those of the platform.")
@interface GateSettings {
    @AttributeDefinition(
            name = "Signature required",
            description = "Whether bundles must be signed by a certificate of the key store.")
    boolean required() default false;

    @AttributeDefinition(
            name = "Key store",
            description = "The PKCS #12 or JKS file with the certificates that are trusted.")
    String keystore() default "";

    @AttributeDefinition(name = "Key store password", description = "The key store's password.")
    String keystore_password() default "changeit";
}
