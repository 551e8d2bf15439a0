package org.example.sunaba.memory;

import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/// The configuration, from `etc/org.example.sunaba.storage.memory.cfg`.
@ObjectClassDefinition(name = "Storage in memory")
@interface Settings {
    /// Where the records are: a directory of a file system in memory.
    String directory() default "/dev/shm/sunaba";
}
