package io.sunaba.configuration;

import aQute.bnd.annotation.xml.XMLAttribute;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Says which values a property of a configuration may have, on its method in the interface that
/// describes the configuration. Numbers, options and lists need it not: Metatype's own annotations
/// tell.
///
/// ```java
/// @AttributeDefinition(description = "How long a request may take.")
/// @Allowed(pattern = "[1-9]\\d{0,5}(ms|s|m)", rule = "a number above 0 with ms, s or m, such as 60s")
/// String request_timeout() default "60s";
/// ```
///
/// Read at build time: it becomes part of the bundle's Metatype document.
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.CLASS)
@XMLAttribute(namespace = Allowed.NAMESPACE, prefix = "sunaba")
public @interface Allowed {
    /// The XML namespace of the attributes in Metatype documents.
    String NAMESPACE = "https://sunaba.io/xmlns/configuration/v1.0.0";

    /// Returns a regular expression for the whole value, without white space around it.
    String pattern();

    /// Returns what goes after "it must be".
    String rule();
}
