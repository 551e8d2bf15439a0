package io.sunaba.storage.fs;

import io.sunaba.configuration.Allowed;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/// The configuration as it is written.
@ObjectClassDefinition(
        name = "Sunaba file storage",
        description = "Keeps metadata in files, one for each record.")
@interface FileStorageSettings {
    @AttributeDefinition(
            name = "Directory",
            description =
                    "Absolute path of the directory of the records. It is made if it is missing,"
                            + " and must be the owner's alone (0700).")
    @Allowed(pattern = "/.*", rule = "an absolute path")
    String directory();
}
