/// The component that is the platform's sandbox service.
@NullMarked
package io.sunaba.core;

import org.jspecify.annotations.NullMarked;
