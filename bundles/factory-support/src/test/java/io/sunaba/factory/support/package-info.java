@NullMarked
package io.sunaba.factory.support;

import org.jspecify.annotations.NullMarked;
