package ${package};

import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/// The configuration, from `etc/${artifactId}.cfg`.
@ObjectClassDefinition(name = "Sunaba: ${kind} ${name}")
@interface Settings {
#if ($kind == "storage")
    /// Where the records are: the absolute path of a directory.
    String directory() default "/dev/shm/${name}";
#elseif ($kind == "factory")
    /// How many machines may be made at a time.
    String size() default "2";

    /// Who makes them: `base.target`, a filter over services for the reference `base`.
    String base_target() default "(sunaba.name=new)";
#else
    /// Where the machines' files are: the absolute path of a directory.
    String directory() default "/run/${name}";
#end
}
