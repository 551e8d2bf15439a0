package io.sunaba.factory.template;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/// The configuration as it is written.
@ObjectClassDefinition(
        name = "Sunaba VM factory template",
        description = "Clones machines from the saved state of one that has booted.")
@interface TemplateSettings {
    @AttributeDefinition(
            name = "Directory",
            description =
                    "Absolute path of the directory of the templates. It is made if it is missing"
                            + " (0700). A template takes about as much as the memory that a booted"
                            + " guest has touched.")
    String directory();

    @AttributeDefinition(name = "Agent", description = "The agent plugin that speaks to guests.")
    String agent() default "kata";

    @AttributeDefinition(
            name = "Base",
            description = "The VM factory that boots the machine a template is made of.")
    String base() default "new";
}
