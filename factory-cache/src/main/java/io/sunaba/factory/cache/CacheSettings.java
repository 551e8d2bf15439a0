package io.sunaba.factory.cache;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/// The configuration as it is written.
@ObjectClassDefinition(
        name = "Sunaba VM factory cache",
        description = "Keeps machines that have booted, paused, for whoever asks next.")
@interface CacheSettings {
    @AttributeDefinition(name = "Base", description = "The VM factory that makes the machines.")
    String base() default "template";

    @AttributeDefinition(name = "Agent", description = "The agent plugin that speaks to guests.")
    String agent() default "kata";

    @AttributeDefinition(
            name = "Size",
            description = "How many machines of each class are kept; 0 to keep none.")
    int size() default 2;

    @AttributeDefinition(
            name = "Memory",
            description =
                    "How much memory the machines that wait may have in all, in bytes or with K, M"
                            + " or G. A class that asks for room gets that of the class that was"
                            + " asked for least lately.")
    String memory() default "1G";

    @AttributeDefinition(
            name = "Expiry",
            description =
                    "How long a machine waits before another takes its place, and for how long"
                            + " machines of a class are kept that nobody asks for: a number with"
                            + " s, m or h.")
    String expiry() default "1h";
}
