package io.sunaba.factory.template;

import io.sunaba.configuration.Allowed;
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
    @Allowed(pattern = "/.*", rule = "an absolute path")
    String directory();

    @AttributeDefinition(name = "Agent", description = "The agent plugin that speaks to guests.")
    @Allowed(
            pattern = "[a-zA-Z0-9][a-zA-Z0-9_.-]{0,63}",
            rule = "1 to 64 characters of a-z A-Z 0-9 _ . -, a letter or digit first")
    String agent() default "kata";

    @AttributeDefinition(
            name = "Base",
            description = "The VM factory that boots the machine a template is made of.")
    @Allowed(
            pattern = "(?!template$)[a-zA-Z0-9][a-zA-Z0-9_.-]{0,63}",
            rule = "the name of another VM factory")
    String base() default "new";
}
