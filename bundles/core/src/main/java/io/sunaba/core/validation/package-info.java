/// The rules for what callers pass in, checked before anything is started.
@NullMarked
package io.sunaba.core.validation;

import org.jspecify.annotations.NullMarked;
