@NullMarked
package io.sunaba.launcher.doctor;

import org.jspecify.annotations.NullMarked;
