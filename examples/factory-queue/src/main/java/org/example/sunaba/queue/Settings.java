package org.example.sunaba.queue;

import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/// The configuration, from `etc/org.example.sunaba.factory.queue.cfg`.
@ObjectClassDefinition(name = "VM factory: queue")
@interface Settings {
    /// How many machines may be made at a time.
    String size() default "2";

    /// Who makes them: `base.target`, as a filter over services, which Declarative Services applies
    /// to the reference `base` by itself.
    String base_target() default "(sunaba.name=new)";
}
