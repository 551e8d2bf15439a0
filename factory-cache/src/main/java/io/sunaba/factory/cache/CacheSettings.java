package io.sunaba.factory.cache;

import io.sunaba.configuration.Allowed;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/// The configuration as it is written.
@ObjectClassDefinition(
        name = "Sunaba VM factory cache",
        description = "Keeps machines that have booted, paused, for whoever asks next.")
@interface CacheSettings {
    @AttributeDefinition(name = "Base", description = "The VM factory that makes the machines.")
    @Allowed(
            pattern = "(?!cache$)[a-zA-Z0-9][a-zA-Z0-9_.-]{0,63}",
            rule = "the name of another VM factory")
    String base() default "template";

    @AttributeDefinition(name = "Agent", description = "The agent plugin that speaks to guests.")
    @Allowed(
            pattern = "[a-zA-Z0-9][a-zA-Z0-9_.-]{0,63}",
            rule = "1 to 64 characters of a-z A-Z 0-9 _ . -, a letter or digit first")
    String agent() default "kata";

    @AttributeDefinition(
            name = "Size",
            description = "How many machines of each class are kept; 0 to keep none.",
            min = "0",
            max = "1000")
    int size() default 2;

    @AttributeDefinition(
            name = "Memory",
            description =
                    "How much memory the machines that wait may have in all, in bytes or with K, M"
                            + " or G. A class that asks for room gets that of the class that was"
                            + " asked for least lately.")
    @Allowed(
            pattern = "0*[1-9]\\d{0,8}[KMG]?",
            rule = "a number of bytes above 0, or one with K, M or G, such as 256M")
    String memory() default "1G";

    @AttributeDefinition(
            name = "Expiry",
            description =
                    "How long a machine waits before another takes its place, and for how long"
                            + " machines of a class are kept that nobody asks for: a number with"
                            + " s, m or h.")
    @Allowed(pattern = "0*[1-9]\\d{0,5}[smh]", rule = "a number above 0 with s, m or h, such as 1h")
    String expiry() default "1h";
}
