/// The configuration of the core and of the factory `new`: parsed once into a valid record.
@NullMarked
package io.sunaba.core.config;

import org.jspecify.annotations.NullMarked;
