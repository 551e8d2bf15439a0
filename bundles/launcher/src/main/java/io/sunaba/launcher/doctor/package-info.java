/// Looks at what the platform needs, whether it runs or not, and says what to do.
@NullMarked
package io.sunaba.launcher.doctor;

import org.jspecify.annotations.NullMarked;
