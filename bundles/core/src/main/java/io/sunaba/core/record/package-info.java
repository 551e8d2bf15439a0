/// What is stored of sandboxes, and in which form.
@NullMarked
package io.sunaba.core.record;

import org.jspecify.annotations.NullMarked;
