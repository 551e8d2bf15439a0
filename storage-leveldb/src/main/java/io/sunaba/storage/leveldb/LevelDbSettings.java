package io.sunaba.storage.leveldb;

import io.sunaba.configuration.Allowed;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/// The configuration as it is written.
@ObjectClassDefinition(
        name = "Sunaba LevelDB storage",
        description = "Keeps metadata in a LevelDB database.")
@interface LevelDbSettings {
    @AttributeDefinition(
            name = "Directory",
            description =
                    "Absolute path of the database's directory. It is made if it is missing (0700).")
    @Allowed(pattern = "/.*", rule = "an absolute path")
    String directory();

    @AttributeDefinition(
            name = "Engine",
            description =
                    "native, java, or auto: native where there is a build for the platform, else"
                            + " java. Both read and write the same files.",
            options = {
                @Option(label = "auto", value = "auto"),
                @Option(label = "native", value = "native"),
                @Option(label = "java", value = "java")
            })
    String engine() default "auto";
}
