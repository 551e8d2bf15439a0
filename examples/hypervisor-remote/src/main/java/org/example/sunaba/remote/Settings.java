package org.example.sunaba.remote;

import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/// The configuration, from `etc/org.example.sunaba.hypervisor.remote.cfg`.
@ObjectClassDefinition(name = "Remote hypervisor")
@interface Settings {
    /// The directory of the daemon `vmmd`.
    String directory() default "/run/vmmd";
}
