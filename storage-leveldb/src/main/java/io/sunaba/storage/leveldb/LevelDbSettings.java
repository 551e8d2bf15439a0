package io.sunaba.storage.leveldb;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/// The configuration as it is written.
@ObjectClassDefinition(
        name = "Sunaba LevelDB storage",
        description = "Keeps metadata in a LevelDB database.")
@interface LevelDbSettings {
    @AttributeDefinition(
            name = "Directory",
            description =
                    "Absolute path of the database's directory. It is made if it is missing (0700).")
    String directory();

    @AttributeDefinition(
            name = "Engine",
            description =
                    "native, java, or auto: native where there is a build for the platform, else"
                            + " java. Both read and write the same files.")
    String engine() default "auto";
}
